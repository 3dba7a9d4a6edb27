package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.pipeline.Condition;
import dev.mezzotint.diffusion.pipeline.GeneratedPicture;
import dev.mezzotint.diffusion.pipeline.GenerationListener;
import dev.mezzotint.diffusion.pipeline.GenerationProgress;
import dev.mezzotint.diffusion.pipeline.GenerationRequest;
import dev.mezzotint.diffusion.pipeline.LatentsFile;
import dev.mezzotint.diffusion.pipeline.MemoryPlan;
import dev.mezzotint.diffusion.pipeline.Recipe;
import dev.mezzotint.diffusion.pipeline.SourcePicture;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.diffusion.pipeline.TextToImagePipeline;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code mezzo generate}: words in, picture out. */
@Command(
        name = GenerateCommand.NAME,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Draws a picture of what PROMPT says and prints the name of its file.",
            "mezzo \"PROMPT\" is short for mezzo generate \"PROMPT\"."
        },
        parameterListHeading = "%n",
        optionListHeading = "%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done.",
            "1:Failed; one line on standard error says what and what to do.",
            "2:The command line was wrong."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mezzo \"a red sphere to the left of a blue cube\"",
            "  mezzo \"a green cone\" --seed 7 --steps 50 -o cone.png",
            "  mezzo \"two small yellow tori\" --count 4 --guidance 5 -o 'tori-{seed}.png'",
            "  mezzo \"a (red:1.3) cube\" --negative \"blue\" --model path/to/folder",
            "  mezzo \"a red cube\" --model v1-5.safetensors --tokenizer path/to/tokenizer",
            "  mezzo \"a red cube\" --model path/to/folder --lora style.safetensors:0.8",
            "  mezzo \"a red cube\" --image photo.jpeg --strength 0.6 --model path/to/folder",
            "  mezzo \"a red cube\" --seed 1 --latents-out start.safetensors",
            "",
            "The same seed, options and model give the same picture to the bit, on any number of threads.",
            "Every picture carries its recipe in the PNG text 'parameters'."
        })
final class GenerateCommand implements Callable<Integer> {
    static final String NAME = "generate";

    /** The system property with which the launcher asks how much memory a command line needs, and no more. */
    private static final String PLAN = "mezzotint.plan";

    private static final int LARGEST_COUNT = 9999;
    private static final int LARGEST_THREADS = 1024;

    /** Width of the pictures of a model that takes milliseconds a step. */
    private static final int SMALL_SIZE = 64;

    /** From here on a second thread gains more than the compiler loses (measured on two processors). */
    private static final long QUICK_PIXEL_STEPS = 60L * SMALL_SIZE * SMALL_SIZE;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PROMPT",
            description = "What the picture should show, in quotes. (word) weighs 1.1, [word] 1/1.1, (word:1.3) 1.3;"
                    + " BREAK begins a new chunk of tokens; \\( is a bracket. It may be of any length.")
    private String prompt;

    @Option(names = "--negative", paramLabel = "TEXT", description = "What it should not show.")
    private Optional<String> negative = Optional.empty();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            converter = SamplerConverter.class,
            completionCandidates = SamplerNames.class,
            description = "Sampling method: ${COMPLETION-CANDIDATES} (default: the model's own).")
    private Optional<SamplerKind> sampler = Optional.empty();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps from noise to picture, 1 to the length of the model's schedule (default: "
                    + GenerationRequest.DEFAULT_STEPS + ", 4 for models made for few).")
    private Optional<Integer> steps = Optional.empty();

    @Option(
            names = "--guidance",
            paramLabel = "S",
            description = "How strongly the prompt guides: 1 is the model as trained and takes half the time, more"
                    + " follows the prompt more closely with less variety, 0 ignores it (default: "
                    + GenerationRequest.DEFAULT_GUIDANCE + "; 1 for turbo models, 8.5 for latent consistency models).")
    private Optional<Double> guidance = Optional.empty();

    @Option(
            names = "--clip-skip",
            paramLabel = "N",
            defaultValue = "1",
            description = "Layer of the text encoder that is read, counted from the end; 1 is how the model was trained"
                    + " (default: ${DEFAULT-VALUE}).")
    private int clipSkip;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the noise; another seed, another picture (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = PictureSize.Converter.class,
            description = "Width and height in pixels (default: what the model was trained on, or those of --image).")
    private Optional<PictureSize> size = Optional.empty();

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Number of pictures, with seeds one after another (default: ${DEFAULT-VALUE}).")
    private int count = 1;

    @Mixin
    private SourceOptions source = new SourceOptions();

    @Option(
            names = "--tiled-vae",
            description = "Let the VAE work on tiles that overlap: large pictures need less memory, and may show soft"
                    + " seams.")
    private boolean tiledVae;

    @Mixin
    private PreviewOptions preview = new PreviewOptions();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads to compute on (default: all processors, less one for a few pictures of a small model, which"
                            + " Java's compiler needs more).")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.png",
            description = "Where to write the picture; {seed} stands for the seed, and several pictures are numbered"
                    + " (default: a new name made of prompt and seed).")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--latents-in",
            paramLabel = "FILE",
            description = "Begin with the noise in this safetensors file (tensor 'latents', F32, NCHW).")
    private Optional<Path> latentsIn = Optional.empty();

    @Option(
            names = "--latents-out",
            paramLabel = "FILE",
            description = "Also write the last latents, before they are decoded, as such a file.")
    private Optional<Path> latentsOut = Optional.empty();

    private final boolean terminal;

    /** A command whose progress goes to a terminal or not. */
    GenerateCommand(boolean terminal) {
        this.terminal = terminal;
    }

    /** The samplers' names for the help text. */
    static final class SamplerNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(SamplerKind.values()).map(SamplerKind::label).iterator();
        }
    }

    /** Reads a sampler's name. */
    static final class SamplerConverter implements ITypeConverter<SamplerKind> {
        @Override
        public SamplerKind convert(String name) {
            try {
                return SamplerKind.ofLabel(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        requireSensible();
        PictureTargets targets = new PictureTargets(output, latentsOut, prompt, seed, count);
        // What would fail at the end fails now.
        targets.requireWritable().ifPresent(complaint -> {
            throw wrong(complaint);
        });
        Optional<Tensor> initial =
                latentsIn.isPresent() ? Optional.of(LatentsFile.read(latentsIn.get())) : Optional.empty();
        Optional<SourcePicture> picture = source.read();
        StoredModel stored = model.open();
        if (Boolean.getBoolean(PLAN)) {
            spec.commandLine().getOut().println(plan(stored, initial, picture).javaOptions());
            return Main.DONE;
        }
        TextToImageModel loaded = model.read(stored, spec.commandLine().getErr());
        GenerationRequest request = request(loaded, size(stored, initial, picture), initial, picture);
        try (Workers workers = Workers.of(threads.orElse(usefulThreads(stored, request)))) {
            TextToImagePipeline pipeline =
                    new TextToImagePipeline(loaded, new Compute(KernelSelector.kernels(), workers), preview.decoder());
            check(pipeline, request);
            draw(pipeline, request, targets);
        }
        return Main.DONE;
    }

    private void requireSensible() {
        if (prompt.isBlank()) {
            throw wrong("the prompt is empty; say what the picture should show");
        }
        if (guidance.isPresent() && !Double.isFinite(guidance.get())) {
            throw wrong("--guidance is " + guidance.get() + " but must be a finite number");
        }
        if (count < 1 || count > LARGEST_COUNT) {
            throw wrong("--count is " + count + " but must lie from 1 to " + LARGEST_COUNT);
        }
        if (threads.isPresent() && (threads.get() < 1 || threads.get() > LARGEST_THREADS)) {
            throw wrong("--threads is " + threads.get() + " but must lie from 1 to " + LARGEST_THREADS);
        }
        if (count > 1 && latentsIn.isPresent()) {
            throw wrong("--latents-in holds the noise of one picture; leave --count out");
        }
        Stream.of(
                        output.flatMap(OutputFiles::complaint),
                        latentsOut
                                .filter(file -> file.getFileName() == null
                                        || file.getFileName().toString().isEmpty())
                                .map(_ -> "--latents-out names no file; give it a name such as latents.safetensors"),
                        source.complaint(),
                        preview.complaint())
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(complaint -> {
                    throw wrong(complaint);
                });
    }

    /** A few pictures of a small model are drawn before the kernels are compiled: they wait for the compiler. */
    private int usefulThreads(StoredModel stored, GenerationRequest request) {
        int processors = Math.min(LARGEST_THREADS, Runtime.getRuntime().availableProcessors());
        long pixelSteps = (long) request.width() * request.height() * request.steps() * count;
        boolean quick = stored.defaultSize() <= SMALL_SIZE && pixelSteps <= QUICK_PIXEL_STEPS;
        return quick ? Math.max(1, processors - 1) : processors;
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private PictureSize size(StoredModel stored, Optional<Tensor> initial, Optional<SourcePicture> picture) {
        int factor = stored.factor();
        return size.or(() ->
                        initial.map(latents -> new PictureSize(latents.size(3) * factor, latents.size(2) * factor)))
                .or(() -> picture.map(from -> PictureSize.within(from.image(), factor)))
                .orElse(new PictureSize(stored.defaultSize(), stored.defaultSize()));
    }

    private MemoryPlan plan(StoredModel stored, Optional<Tensor> initial, Optional<SourcePicture> picture)
            throws IOException {
        PictureSize wanted = size(stored, initial, picture);
        int examples = guidance.equals(Optional.of(1.0)) ? 1 : 2;
        return MemoryPlan.of(stored, wanted.width(), wanted.height(), examples, picture.isPresent(), tiledVae);
    }

    private GenerationRequest request(
            TextToImageModel loaded, PictureSize wanted, Optional<Tensor> initial, Optional<SourcePicture> picture) {
        return new GenerationRequest(
                List.of(new Condition(prompt, GuidanceScale.of(guidance.orElse(loaded.defaultGuidance())))),
                negative,
                clipSkip,
                sampler.orElse(loaded.defaultSampler()),
                steps.orElse(loaded.defaultSteps()),
                0,
                seed,
                wanted.width(),
                wanted.height(),
                tiledVae,
                initial,
                picture);
    }

    private void check(TextToImagePipeline pipeline, GenerationRequest request) {
        try {
            pipeline.check(request);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (guidance.equals(Optional.of(0.0))) {
            spec.commandLine()
                    .getErr()
                    .println("warning: guidance 0 ignores the prompt; 1 is the model without guidance");
        }
    }

    private void draw(TextToImagePipeline pipeline, GenerationRequest request, PictureTargets targets)
            throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        err.println("seed " + request.seed() + ", " + request.width() + "x" + request.height() + ", "
                + request.sampler().label() + ", model " + pipeline.model().name());
        try (FinishedPictures finished = new FinishedPictures(err, count)) {
            for (int i = 0; i < count; i++) {
                PictureTargets.Target target = targets.target(i);
                ProgressLine line = new ProgressLine(err, terminal, count == 1 ? "" : (i + 1) + "/" + count + " ");
                GeneratedPicture picture = generate(pipeline, request.withSeed(target.seed()), line, target.picture());
                finished.write(() -> {
                    if (target.latents().isPresent()) {
                        LatentsFile.write(target.latents().get(), picture.latents());
                    }
                    String recipe = recipe(pipeline, request, target.seed()).text();
                    Png.write(target.picture(), picture.image(), Map.of(Recipe.KEYWORD, recipe));
                    preview.remove(target.picture());
                });
                out.println(target.picture());
                out.flush();
            }
        }
    }

    private GeneratedPicture generate(
            TextToImagePipeline pipeline, GenerationRequest request, ProgressLine line, Path file) throws IOException {
        try {
            return pipeline.generate(request, new GenerationListener() {
                @Override
                public void stepped(GenerationProgress progress, Tensor latents) {
                    line.show(progress);
                }

                @Override
                public boolean wantsPreview(GenerationProgress progress) {
                    return preview.wanted(progress);
                }

                @Override
                public void previewed(GenerationProgress progress, Image picture) {
                    try {
                        preview.write(file, progress, picture);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
        } catch (RuntimeException | Error e) {
            line.interrupt();
            throw e;
        }
    }

    private Recipe recipe(TextToImagePipeline pipeline, GenerationRequest request, long own) {
        Map<String, String> extras = new LinkedHashMap<>();
        request.source().ifPresent(picture -> extras.put("Denoising strength", Double.toString(picture.strength())));
        source.imageName().ifPresent(name -> extras.put("Image", name));
        source.maskName().ifPresent(name -> extras.put("Mask", name));
        if (clipSkip > 1) {
            extras.put("Clip skip", Integer.toString(clipSkip));
        }
        if (!model.loraNames().isEmpty()) {
            extras.put("Lora", String.join(" ", model.loraNames()));
        }
        if (tiledVae) {
            extras.put("VAE", "tiled");
        }
        latentsIn.ifPresent(
                file -> extras.put("Initial latents", file.getFileName().toString()));
        return new Recipe(
                prompt,
                negative.orElse(""),
                request.steps(),
                request.sampler().label(),
                guidance.orElse(pipeline.model().defaultGuidance()),
                own,
                request.width(),
                request.height(),
                pipeline.model().name(),
                extras,
                "mezzotint " + Version.number());
    }
}
