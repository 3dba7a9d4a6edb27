package dev.mezzotint.diffusion.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three training steps with dropped conditions, as PyTorch and diffusers make them. */
class GoldenTrainingTest {
    private static final double TOLERANCE = 1e-4;
    private static final Golden GOLDEN = Golden.carried("training/cfg_adamw");

    private static SafetensorsFile tensors;

    @BeforeAll
    static void open() throws IOException {
        tensors = SafetensorsFile.open(GOLDEN.folder().resolve("tensors.safetensors"));
    }

    @AfterAll
    static void close() throws IOException {
        tensors.close();
    }

    private static Tensor tensor(String name) throws IOException {
        return Tensor.of(tensors.floats(name), tensors.shape(name));
    }

    @Test
    void trainsAsPyTorchDoes() throws IOException {
        train(Compute.best());
    }

    @Test
    void trainsAsPyTorchDoesWithScalarKernels() throws IOException {
        train(new Compute(KernelSelector.scalar(), Workers.shared()));
    }

    private static void train(Compute compute) throws IOException {
        Json description = GOLDEN.description();
        UNet unet = new UNet(UNetConfig.parse(JsonFile.read(GOLDEN.folder().resolve("config.json"))));
        ParameterFiles.load(GOLDEN.folder().resolve("diffusion_pytorch_model.safetensors"), unet.parameters());
        List<Parameter> parameters = unet.parameters().list();
        List<Json> betas = description.get("betas").elements();
        AdamW optimizer = new AdamW(
                parameters,
                new AdamW.Settings(
                        betas.get(0).asDouble(),
                        betas.get(1).asDouble(),
                        description.number("eps"),
                        description.number("weight_decay")));
        // Stable Diffusion's schedule is the one that case.json describes.
        NoiseSchedule schedule = new NoiseSchedule(NoiseScheduleConfig.stableDiffusion());
        Tape tape = Tape.recording(compute);
        for (int step = 0; step < 3; step++) {
            Tensor loss = loss(tape, unet, schedule, step);
            near(description.get("losses").elements().get(step).asDouble(), loss.item(), "loss " + step);
            tape.backward(loss);
            tape.reset();
            double norm = optimizer.gradientNorm(compute);
            near(
                    description
                            .get("grad_norms_before_clipping")
                            .elements()
                            .get(step)
                            .asDouble(),
                    norm,
                    "norm " + step);
            if (step == 0) {
                for (Parameter parameter : parameters) {
                    Tensor clipped = stored(parameter, parameter.gradient(), 1 / (norm + 1e-6));
                    Golden.assertClose(
                            tensor("grad." + parameter.name()), clipped, TOLERANCE, "grad." + parameter.name());
                }
            }
            assertEquals(norm, optimizer.step(compute, description.number("lr"), 1));
            if (step != 1) {
                checkWeights(parameters, "after" + (step + 1) + ".");
            }
        }
    }

    /**
     * Adam's first steps have the size of the learning rate whatever the gradient's size, so where the gradient is all but
     * zero its rounding decides the direction: those weights, one in a thousand at most, may differ.
     */
    private static void checkWeights(List<Parameter> parameters, String kind) throws IOException {
        int exempt = 0;
        int all = 0;
        for (Parameter parameter : parameters) {
            Tensor expected = tensor(kind + parameter.name());
            Tensor actual = stored(parameter, parameter.value(), 1);
            Tensor gradient = tensor("grad." + parameter.name());
            double bound = TOLERANCE * largest(expected);
            for (int i = 0; i < expected.length(); i++) {
                double difference = Math.abs(expected.get(i) - actual.get(i));
                if (!(difference <= bound)) {
                    exempt++;
                    assertTrue(
                            Math.abs(gradient.get(i)) < 1e-3 * largest(gradient),
                            kind + parameter.name() + "[" + i + "] differs by " + difference);
                }
                all++;
            }
        }
        assertTrue(exempt * 1000 <= all, kind + exempt + " of " + all + " weights differ");
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        for (float value : tensor.data()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static Tensor stored(Parameter parameter, Tensor values, double factor) {
        float[] stored = parameter.layout().toStored(values).clone();
        for (int i = 0; i < stored.length; i++) {
            stored[i] *= (float) factor;
        }
        return Tensor.of(stored, parameter.layout().stored(values.shape()));
    }

    private static Tensor loss(Tape tape, UNet unet, NoiseSchedule schedule, int step) throws IOException {
        Tensor x0 = tensor("x0_" + step).toChannelsLast();
        Tensor noise = tensor("noise_" + step).toChannelsLast();
        int[] timesteps = Arrays.stream(GOLDEN.integers("t_" + step))
                .mapToInt(t -> (int) t)
                .toArray();
        Tensor context = tensor("context_" + step);
        Tensor keep = tensor("keep_" + step);
        int length = context.length() / keep.length();
        for (int i = 0; i < context.length(); i++) {
            context.data()[i] *= keep.get(i / length);
        }
        Tensor noisy = Tensor.zeros(x0.shape());
        schedule.addNoise(x0.data(), noise.data(), timesteps, noisy.data());
        Tensor prediction = unet.forward(
                tape, noisy, Arrays.stream(timesteps).asDoubleStream().toArray(), context);
        float[] weights = new float[timesteps.length];
        Arrays.fill(weights, 1f / weights.length);
        return LossOps.squaredError(tape, prediction, noise, weights);
    }

    private static void near(double expected, double actual, String what) {
        assertTrue(Math.abs(expected - actual) <= TOLERANCE * expected, what + ": " + expected + " and " + actual);
    }
}
