package dev.mezzotint.bench;

import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.util.Optional;
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
 * One pass of a published U-Net with random weights, or both passes of a guided step, in seconds. A step is run as in
 * drawing: the passes share the latent, and the keys and values of the texts are kept from step to step. The single pass
 * makes them, as a peer's does.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 7)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-Xmn48m", "-XX:MaxRAMPercentage=75"
        })
public class UNetBenchmark {
    private static final int TOKENS = 77;

    /** Which model, as {@code mezzo synthesize} calls it. */
    @Param("sd15")
    public String model;

    /** Precision of the weights; sums are always in single precision. */
    @Param("F16")
    public DType weights;

    /** Width and height of the latent. */
    @Param("64")
    public int latent;

    /** Texts: 1 for one pass, 2 for a guided step. */
    @Param({"1", "2"})
    public int batch;

    /** Threads that share the work. */
    @Param("2")
    public int threads;

    private Workers workers;
    private Tape tape;
    private UNet unet;
    private Tensor latents;
    private UNetConditions conditions;
    private Optional<AttentionContext> kept;
    private final double[] timesteps = {500};

    /** Binds the weights and draws the inputs. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        workers = Workers.of(threads);
        tape = Tape.inference(new Compute(KernelSelector.kernels(), workers));
        StoredModel.Unet stored = SyntheticWeights.stored(model, weights).unet();
        UNetConfig config = stored.config();
        unet = new UNet(config);
        ParameterFiles.bind(stored.tensors(), unet.parameters());
        TorchGenerator generator = new TorchGenerator(1);
        int channels = config.inChannels();
        latents = Tensor.of(generator.randn(latent * latent * channels), 1, latent, latent, channels);
        Tensor context = Tensor.of(
                generator.randn(batch * TOKENS * config.contextWidth()), batch, TOKENS, config.contextWidth());
        double[][] sizes = new double[batch][6];
        conditions = new UNetConditions(
                context,
                config.added()
                        .map(added -> new UNetConditions.TextAndSizes(Tensor.zeros(batch, added.pooledWidth()), sizes)),
                config.guidanceWidth() > 0 ? Optional.of(new double[1]) : Optional.empty());
        kept = batch > 1 ? Optional.of(AttentionContext.kept(context)) : Optional.empty();
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** The pass; the first value of the prediction keeps the compiler from dropping it. */
    @Benchmark
    public float pass() {
        AttentionContext context = kept.orElseGet(() -> AttentionContext.once(conditions.context()));
        float first =
                unet.forward(tape, latents, timesteps, conditions, context).get(0);
        tape.reset();
        return first;
    }
}
