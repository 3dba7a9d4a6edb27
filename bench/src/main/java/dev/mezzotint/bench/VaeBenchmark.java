package dev.mezzotint.bench;

import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
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
 * Decoding one latent with a published VAE of random weights, in seconds, with the collector of drawing and as
 * much heap as a plan of the memory would give to it. Larger latents need more: {@code -jvmArgsAppend -Xmx8g}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-Xmn48m", "-Xmx900m"})
public class VaeBenchmark {
    /** Whose VAE, as {@code mezzo synthesize} calls it. */
    @Param("sd15")
    public String model;

    /** Precision of the weights; sums are always in single precision. */
    @Param("F16")
    public DType weights;

    /** Width and height of the latent, an eighth of the picture's. */
    @Param("64")
    public int latent;

    /** Threads that share the work. */
    @Param("2")
    public int threads;

    private Workers workers;
    private Tape tape;
    private Autoencoder vae;
    private Tensor latents;

    /** Binds the weights and draws the latent. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        workers = Workers.of(threads);
        tape = Tape.inference(new Compute(KernelSelector.kernels(), workers));
        StoredModel.Vae stored = SyntheticWeights.stored(model, weights).vae().orElseThrow();
        vae = new Autoencoder(stored.config());
        ParameterFiles.bind(stored.tensors(), vae.parameters());
        int channels = stored.config().latentChannels();
        latents = Tensor.of(new TorchGenerator(1).randn(latent * latent * channels), 1, latent, latent, channels);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** The picture; its first value keeps the compiler from dropping it. */
    @Benchmark
    public float decode() {
        float first = vae.decode(tape, latents).get(0);
        tape.reset();
        return first;
    }
}
