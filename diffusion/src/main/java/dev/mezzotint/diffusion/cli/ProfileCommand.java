package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.pipeline.GenerationRequest;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.kernel.timing.KernelCall;
import dev.mezzotint.engine.kernel.timing.KernelLog;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mezzo profile}: where the time of a pass goes. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Says where the time of one pass of the U-Net and of decoding goes, layer by layer: seconds, GFLOP/s of the"
                    + " direct algorithm, share of what the multiply-add units can do, bytes that must move.",
            "The peak is measured at the start, on as many threads. Work without weights, such as attention and sums,"
                    + " stands with the layer before it. Noise takes the place of latents and words. Like a step of a"
                    + " picture, a pass finds the words' keys and values made, but for the first."
        },
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mezzo profile                                   the built-in model",
            "  mezzo profile path/to/model.safetensors --size 512x512 --guidance 1"
        })
final class ProfileCommand implements Callable<Integer> {
    private static final int LARGEST_THREADS = 1024;
    private static final int TOKENS = 77;
    private static final int FEWEST_PASSES = 4;
    private static final int WARM_UP_SECONDS = 8;
    private static final double TIMESTEP = 500;

    @Spec
    private CommandSpec spec;

    @picocli.CommandLine.Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "Model folder in diffusers' layout, or one file, safetensors or ckpt (default: the built-in"
                    + " model).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = PictureSize.Converter.class,
            description = "Width and height of the picture in pixels (default: what the model was trained on).")
    private Optional<PictureSize> size = Optional.empty();

    @Option(
            names = "--guidance",
            paramLabel = "S",
            description = "Guidance scale: 1 runs one pass, all others run both of a guided step together (default:"
                    + " ${DEFAULT-VALUE}).")
    private double guidance = GenerationRequest.DEFAULT_GUIDANCE;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute on (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--passes",
            paramLabel = "N",
            description = "Passes to run, of which the fastest is shown; the first ones are slow while code is compiled"
                    + " (default: " + FEWEST_PASSES + ", and more for " + WARM_UP_SECONDS + " seconds).")
    private Optional<Integer> passes = Optional.empty();

    ProfileCommand() {}

    @Override
    public Integer call() throws IOException {
        if (threads < 1 || threads > LARGEST_THREADS) {
            throw wrong("--threads is " + threads + " but must lie from 1 to " + LARGEST_THREADS);
        }
        if (passes.isPresent() && passes.get() < 1) {
            throw wrong("--passes is " + passes.get() + " but must be at least 1");
        }
        if (!Double.isFinite(guidance)) {
            throw wrong("--guidance is " + guidance + " but must be a finite number");
        }
        StoredModel stored = StoredModel.open(model.isPresent() ? model.get() : ModelFolder.builtIn());
        int factor = stored.vae().map(vae -> vae.config().factor()).orElse(1);
        int trained = factor * stored.unet().config().sampleSize();
        PictureSize wanted = size.orElse(new PictureSize(trained, trained));
        if (wanted.width() < factor
                || wanted.height() < factor
                || wanted.width() % factor != 0
                || wanted.height() % factor != 0) {
            throw wrong("--size is " + wanted.width() + "x" + wanted.height()
                    + " but width and height must be multiples of " + factor);
        }
        try (Workers workers = Workers.of(threads)) {
            profile(stored, wanted.height() / factor, wanted.width() / factor, workers);
        }
        return Main.DONE;
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private void profile(StoredModel stored, int rows, int columns, Workers workers) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Kernels kernels = KernelSelector.kernels();
        double peak = kernels.peak().measure(workers);
        out.printf(
                Locale.ROOT,
                "%s, %s kernels on %d %s, multiply-add peak %.1f GFLOP/s%n",
                stored.name(),
                kernels.name(),
                threads,
                threads == 1 ? "thread" : "threads",
                peak);
        ProfileReport report = new ProfileReport(out, peak);
        KernelLog log = new KernelLog();
        Tape tape = Tape.inference(new Compute(log.around(kernels), workers));

        UNetConfig config = stored.unet().config();
        UNet unet = new UNet(config);
        ParameterFiles.bind(stored.unet().tensors(), unet.parameters());
        boolean guided = guidance != 1 && config.guidanceWidth() == 0;
        TorchGenerator generator = new TorchGenerator(0);
        Tensor latents = noise(generator, 1, rows, columns, config.inChannels());
        UNetConditions conditions = conditions(generator, config, guided ? 2 : 1);
        AttentionContext context = AttentionContext.kept(conditions.context());
        double[] timesteps = {TIMESTEP};
        String title = "U-Net, 1×" + rows + "×" + columns + "×" + config.inChannels()
                + (guided ? " under two conditions" : "");
        run(
                report,
                log,
                tape,
                title,
                unet.parameters(),
                () -> unet.forward(tape, latents, timesteps, conditions, context));
        if (stored.vae().isPresent()) {
            VaeConfig vaeConfig = stored.vae().get().config();
            Autoencoder vae = new Autoencoder(vaeConfig);
            ParameterFiles.bind(stored.vae().get().tensors(), vae.parameters());
            // The U-Net makes room, as it does for a picture's last part.
            unet.parameters().release();
            tape.workspace().clear();
            Tensor latent = noise(generator, 1, rows, columns, vaeConfig.latentChannels());
            String vaeTitle = "VAE, 1×" + rows + "×" + columns + "×" + vaeConfig.latentChannels();
            run(report, log, tape, vaeTitle, vae.parameters(), () -> vae.decode(tape, latent));
        }
    }

    private static Tensor noise(TorchGenerator generator, int... shape) {
        return Tensor.of(generator.randn(Shape.of(shape).length()), shape);
    }

    private static UNetConditions conditions(TorchGenerator generator, UNetConfig config, int texts) {
        return new UNetConditions(
                noise(generator, texts, TOKENS, config.contextWidth()),
                config.added()
                        .map(added -> new UNetConditions.TextAndSizes(
                                noise(generator, texts, added.pooledWidth()), new double[texts][6])),
                config.guidanceWidth() > 0 ? Optional.of(new double[1]) : Optional.empty());
    }

    /** Runs some passes and reports the fastest. */
    private void run(
            ProfileReport report, KernelLog log, Tape tape, String title, Parameters parameters, Runnable pass) {
        double shortest = Double.POSITIVE_INFINITY;
        double total = 0;
        List<KernelCall> calls = List.of();
        int wanted = passes.orElse(FEWEST_PASSES);
        double least = passes.isPresent() ? 0 : WARM_UP_SECONDS;
        int done = 0;
        for (; done < wanted || total < least; done++) {
            log.clear();
            long start = System.nanoTime();
            pass.run();
            double seconds = (System.nanoTime() - start) / 1e9;
            tape.reset();
            total += seconds;
            if (seconds < shortest) {
                shortest = seconds;
                calls = log.calls();
            }
        }
        PrintWriter err = spec.commandLine().getErr();
        err.printf(Locale.ROOT, "%s: %d passes in %.1f s, the fastest in %.4f s%n", title, done, total, shortest);
        err.flush();
        report.print(title, shortest, calls, new LayerNames(parameters));
        spec.commandLine().getOut().flush();
    }
}
