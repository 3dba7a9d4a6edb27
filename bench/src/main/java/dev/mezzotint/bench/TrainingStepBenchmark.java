package dev.mezzotint.bench;

import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.training.ModelPlan;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
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
 * One training step of the built-in denoiser on given texts: forward, backward, AdamW. In seconds; the batch over them is
 * examples a second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 12)
@Measurement(iterations = 15)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-XX:MaxRAMPercentage=75"})
public class TrainingStepBenchmark {
    private static final int TOKENS = 77;

    /** Examples a step. */
    @Param("64")
    public int batch;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private Compute compute;
    private Tape tape;
    private UNet unet;
    private AdamW optimizer;
    private Tensor noisy;
    private Tensor context;
    private Tensor target;
    private double[] timesteps;
    private float[] lossWeights;

    /** Makes a denoiser with random weights and random examples. */
    @Setup(Level.Trial)
    public void prepare() {
        compute = new Compute(KernelSelector.kernels(), Workers.of(threads));
        tape = Tape.recording(compute);
        unet = new UNet(ModelPlan.unet());
        TorchGenerator generator = new TorchGenerator(1);
        unet.parameters().initialize(generator);
        optimizer = new AdamW(unet.parameters().list(), AdamW.Settings.DEFAULT);
        int size = unet.config().sampleSize();
        int channels = unet.config().inChannels();
        int width = unet.config().contextWidth();
        noisy = Tensor.of(generator.randn(batch * size * size * channels), batch, size, size, channels);
        target = Tensor.of(generator.randn(batch * size * size * channels), batch, size, size, channels);
        context = Tensor.of(generator.randn(batch * TOKENS * width), batch, TOKENS, width);
        timesteps = new double[batch];
        Arrays.setAll(timesteps, i -> 1000.0 * i / batch);
        lossWeights = new float[batch];
        Arrays.fill(lossWeights, 1f / batch);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        compute.workers().close();
    }

    /** A step; gives the norm of the gradients. */
    @Benchmark
    public double step() {
        Tensor prediction = unet.forward(tape, noisy, timesteps, context);
        tape.backward(LossOps.squaredError(tape, prediction, target, lossWeights));
        double norm = optimizer.step(compute, 1e-4, 1);
        tape.reset();
        return norm;
    }
}
