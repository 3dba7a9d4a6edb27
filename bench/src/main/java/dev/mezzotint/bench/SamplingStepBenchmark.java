package dev.mezzotint.bench;

import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.training.ModelPlan;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
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
 * One guided step of the built-in denoiser, both passes together as in drawing, in milliseconds. With {@code -prof gc} it shows what
 * a step allocates once the kernels are compiled; the design allows 1 MB.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 8, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class SamplingStepBenchmark {
    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private final double[] timesteps = {500};
    private Workers workers;
    private Tape tape;
    private UNet unet;
    private Tensor latents;
    private UNetConditions conditions;
    private AttentionContext context;

    /** Makes a denoiser with random weights. */
    @Setup(Level.Trial)
    public void prepare() {
        workers = Workers.of(threads);
        tape = Tape.inference(new Compute(KernelSelector.kernels(), workers));
        unet = new UNet(ModelPlan.unet());
        TorchGenerator generator = new TorchGenerator(1);
        unet.parameters().initialize(generator);
        int size = unet.config().sampleSize();
        latents = Tensor.of(generator.randn(size * size * 4), 1, size, size, 4);
        int width = unet.config().contextWidth();
        conditions = UNetConditions.of(Tensor.of(generator.randn(2 * 77 * width), 2, 77, width));
        context = AttentionContext.kept(conditions.context());
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** A step; the first value of the prediction keeps the compiler from dropping it. */
    @Benchmark
    public float step() {
        float first =
                unet.forward(tape, latents, timesteps, conditions, context).get(0);
        tape.reset();
        return first;
    }
}
