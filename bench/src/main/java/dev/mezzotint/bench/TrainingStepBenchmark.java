package dev.mezzotint.bench;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.training.BatchGradients;
import dev.mezzotint.diffusion.training.BatchPart;
import dev.mezzotint.diffusion.training.DenoiserTask;
import dev.mezzotint.diffusion.training.ModelPlan;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.kernel.timing.KernelCall;
import dev.mezzotint.engine.kernel.timing.KernelLog;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.optim.Ema;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Training steps of the built-in denoiser a second, text encoder trained along: forward, backward, AdamW with clipped
 * gradients, average of the weights. Beside them {@code examples} a second, GFLOP/s of the direct algorithms ({@code flops})
 * and their share of the multiply-add peak.
 *
 * <p>The warm-up is long because a training is: methods called a few times a step are compiled in their turn for 40 s, on a
 * processor that two training threads want for themselves, and take 3 to 10 % of their speed until then.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 8, time = 6)
@Measurement(iterations = 5, time = 4)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-XX:MaxRAMPercentage=75"})
public class TrainingStepBenchmark {
    private static final int VOCABULARY = 662;
    private static final int WORDS = 12;

    /** Examples a step. */
    @Param("64")
    public int batch;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private Compute compute;
    private BatchGradients gradients;
    private UNet unet;
    private ClipTextEncoder texts;
    private AdamW optimizer;
    private Ema average;
    private Tensor noisy;
    private int[][] ids;
    private Tensor target;
    private double[] timesteps;
    private double flops;
    private double peak;

    /** Makes a model with random weights and random examples. */
    @Setup(Level.Trial)
    public void prepare() {
        compute = new Compute(KernelSelector.kernels(), Workers.of(threads));
        unet = new UNet(ModelPlan.unet());
        texts = new ClipTextEncoder(
                ModelPlan.texts(VOCABULARY, ModelPlan.images().projection()));
        TorchGenerator generator = new TorchGenerator(1);
        unet.parameters().initialize(generator);
        texts.parameters().initialize(generator);
        List<Parameter> parameters = new ArrayList<>(unet.parameters().list());
        parameters.addAll(texts.parameters().list());
        optimizer = new AdamW(parameters, AdamW.Settings.DEFAULT);
        average = new Ema(optimizer.parameters(), 0.999);
        int size = unet.config().sampleSize();
        int channels = unet.config().inChannels();
        noisy = Tensor.of(generator.randn(batch * size * size * channels), batch, size, size, channels);
        target = Tensor.of(generator.randn(batch * size * size * channels), batch, size, size, channels);
        ids = new int[batch][texts.config().positions()];
        for (int[] text : ids) {
            Arrays.setAll(
                    text,
                    i -> i < WORDS
                            ? generator.nextInt(VOCABULARY - 2)
                            : texts.config().endToken());
        }
        timesteps = new double[batch];
        Arrays.setAll(timesteps, i -> 1000.0 * i / batch);
        KernelLog log = new KernelLog();
        Tape tape = Tape.recording(new Compute(log.around(compute.kernels()), compute.workers()));
        tape.backward(loss(tape, 0, batch));
        flops = log.calls().stream().mapToDouble(KernelCall::flops).sum();
        gradients = new BatchGradients(compute);
    }

    /** Measures the peak anew, because a processor's clock changes. */
    @Setup(Level.Iteration)
    public void measurePeak() {
        peak = compute.kernels().peak().measure(compute.workers());
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        gradients.close();
        compute.workers().close();
    }

    /** A step; gives the norm of the gradients. */
    @Benchmark
    public double step(ExampleCounter examples, PeakCounter counter) {
        gradients.add(
                BatchPart.cut(batch, DenoiserTask.EXAMPLES_A_PART, (from, to) -> tape -> loss(tape, from, to)), 1);
        double norm = optimizer.step(compute, 1e-4, 1);
        average.update(compute);
        examples.examples += batch;
        counter.count(flops * 1e-9, peak);
        return norm;
    }

    private Tensor loss(Tape tape, int from, int to) {
        Tensor context = texts.encode(tape, Arrays.copyOfRange(ids, from, to));
        Tensor prediction =
                unet.forward(tape, examples(noisy, from, to), Arrays.copyOfRange(timesteps, from, to), context);
        float[] weights = new float[to - from];
        Arrays.fill(weights, 1f / batch);
        return LossOps.squaredError(tape, prediction, examples(target, from, to), weights);
    }

    private Tensor examples(Tensor all, int from, int to) {
        int length = all.length() / batch;
        float[] values = Arrays.copyOfRange(all.data(), from * length, to * length);
        return Tensor.of(values, all.shape().with(0, to - from));
    }
}
