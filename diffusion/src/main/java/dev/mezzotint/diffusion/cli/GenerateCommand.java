package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.pipeline.Condition;
import dev.mezzotint.diffusion.pipeline.GeneratedPicture;
import dev.mezzotint.diffusion.pipeline.GenerationListener;
import dev.mezzotint.diffusion.pipeline.GenerationProgress;
import dev.mezzotint.diffusion.pipeline.GenerationRequest;
import dev.mezzotint.diffusion.pipeline.LatentsFile;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.ModelReader;
import dev.mezzotint.diffusion.pipeline.Recipe;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.diffusion.pipeline.TextToImagePipeline;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.image.Png;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
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
            "  mezzo \"a red cube\" --negative \"blue\" --model path/to/folder",
            "  mezzo \"a red cube\" --seed 1 --latents-out start.safetensors",
            "",
            "The same seed, options and model give the same picture to the bit, on any number of threads.",
            "Every picture carries its recipe in the PNG text 'parameters'."
        })
final class GenerateCommand implements Callable<Integer> {
    static final String NAME = "generate";

    private static final int LARGEST_COUNT = 9999;
    private static final int LARGEST_THREADS = 1024;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PROMPT", description = "What the picture should show, in quotes.")
    private String prompt;

    @Option(names = "--negative", paramLabel = "TEXT", description = "What it should not show.")
    private String negative = "";

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Model folder in diffusers' layout (default: the built-in model).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "Folder or file of the tokenizer (default: the model's own).")
    private Optional<Path> tokenizer = Optional.empty();

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
                    + GenerationRequest.DEFAULT_STEPS + ").")
    private int steps = GenerationRequest.DEFAULT_STEPS;

    @Option(
            names = "--guidance",
            paramLabel = "S",
            description = "How strongly the prompt guides: 1 is the model as trained and takes half the time, more"
                    + " follows the prompt more closely with less variety, 0 ignores it (default: "
                    + GenerationRequest.DEFAULT_GUIDANCE + ").")
    private double guidance = GenerationRequest.DEFAULT_GUIDANCE;

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
            description = "Width and height in pixels (default: what the model was trained on).")
    private Optional<PictureSize> size = Optional.empty();

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Number of pictures, with seeds one after another (default: ${DEFAULT-VALUE}).")
    private int count = 1;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute on (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

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

    /** Where one picture and its latents go. */
    private record Target(long seed, Path picture, Optional<Path> latents) {}

    @Override
    public Integer call() throws IOException {
        requireSensible();
        // What would fail at the end fails now.
        if (output.isPresent()) {
            checkTargets(targets());
        } else {
            OutputFiles.requireWritable(Path.of("picture.png"));
            checkLatents();
        }
        Optional<Tensor> initial =
                latentsIn.isPresent() ? Optional.of(LatentsFile.read(latentsIn.get())) : Optional.empty();
        TextToImageModel loaded = load();
        try (Workers workers = Workers.of(threads)) {
            TextToImagePipeline pipeline =
                    new TextToImagePipeline(loaded, new Compute(KernelSelector.kernels(), workers));
            GenerationRequest request = request(loaded, initial);
            check(pipeline, request);
            draw(pipeline, request);
        }
        return Main.DONE;
    }

    private void requireSensible() {
        if (prompt.isBlank()) {
            throw wrong("the prompt is empty; say what the picture should show");
        }
        if (!Double.isFinite(guidance)) {
            throw wrong("--guidance is " + guidance + " but must be a finite number");
        }
        if (count < 1 || count > LARGEST_COUNT) {
            throw wrong("--count is " + count + " but must lie from 1 to " + LARGEST_COUNT);
        }
        if (threads < 1 || threads > LARGEST_THREADS) {
            throw wrong("--threads is " + threads + " but must lie from 1 to " + LARGEST_THREADS);
        }
        if (count > 1 && latentsIn.isPresent()) {
            throw wrong("--latents-in holds the noise of one picture; leave --count out");
        }
        output.flatMap(OutputFiles::complaint).ifPresent(complaint -> {
            throw wrong(complaint);
        });
        latentsOut
                .filter(file -> file.getFileName() == null
                        || file.getFileName().toString().isEmpty())
                .ifPresent(file -> {
                    throw wrong("--latents-out names no file; give it a name such as latents.safetensors");
                });
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private Target target(int index) {
        long own = seed + index;
        return new Target(
                own,
                output.map(given -> OutputFiles.of(given, index, count, own))
                        .orElseGet(() -> OutputFiles.free(Path.of(""), prompt, own)),
                latentsOut.map(given -> OutputFiles.of(given, index, count, own)));
    }

    private List<Target> targets() {
        return IntStream.range(0, count).mapToObj(this::target).toList();
    }

    private void checkTargets(List<Target> targets) throws IOException {
        Set<Path> seen = new HashSet<>();
        for (Target target : targets) {
            OutputFiles.requireWritable(target.picture());
            seen.add(target.picture().toAbsolutePath().normalize());
            if (target.latents().isPresent()) {
                OutputFiles.requireWritable(target.latents().get());
                if (!seen.add(target.latents().get().toAbsolutePath().normalize())) {
                    throw wrong("-o and --latents-out name the same file; give them different names");
                }
            }
        }
    }

    private void checkLatents() throws IOException {
        for (int i = 0; latentsOut.isPresent() && i < count; i++) {
            OutputFiles.requireWritable(OutputFiles.of(latentsOut.get(), i, count, seed + i));
        }
    }

    private TextToImageModel load() throws IOException {
        ModelFolder folder = ModelFolder.open(model.isPresent() ? model.get() : ModelFolder.builtIn());
        return tokenizer.isPresent() ? ModelReader.read(folder, tokenizer.get()) : ModelReader.read(folder);
    }

    private GenerationRequest request(TextToImageModel loaded, Optional<Tensor> initial) {
        PictureSize own = initial.map(latents ->
                        new PictureSize(latents.size(3) * loaded.factor(), latents.size(2) * loaded.factor()))
                .orElse(new PictureSize(loaded.defaultSize(), loaded.defaultSize()));
        PictureSize wanted = size.orElse(own);
        return new GenerationRequest(
                List.of(new Condition(prompt, GuidanceScale.of(guidance))),
                negative,
                sampler.orElse(loaded.defaultSampler()),
                steps,
                0,
                seed,
                wanted.width(),
                wanted.height(),
                initial);
    }

    private void check(TextToImagePipeline pipeline, GenerationRequest request) {
        try {
            pipeline.check(request);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void draw(TextToImagePipeline pipeline, GenerationRequest request) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        err.println("seed " + request.seed() + ", " + request.width() + "x" + request.height() + ", "
                + request.sampler().label() + ", model " + pipeline.model().name());
        for (int i = 0; i < count; i++) {
            Target target = target(i);
            ProgressLine line = new ProgressLine(err, terminal, count == 1 ? "" : (i + 1) + "/" + count + " ");
            GeneratedPicture picture = generate(pipeline, request.withSeed(target.seed()), line, i == 0);
            if (target.latents().isPresent()) {
                LatentsFile.write(target.latents().get(), picture.latents());
            }
            Png.write(
                    target.picture(),
                    picture.image(),
                    Map.of(
                            Recipe.KEYWORD,
                            recipe(pipeline, request, target.seed()).text()));
            out.println(target.picture());
            out.flush();
        }
    }

    private GeneratedPicture generate(
            TextToImagePipeline pipeline, GenerationRequest request, ProgressLine line, boolean warn) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return pipeline.generate(request, new GenerationListener() {
                @Override
                public void truncated(String whole, String dropped) {
                    if (warn) {
                        err.println("warning: a prompt is too long for the model; this part has no effect: " + dropped);
                    }
                }

                @Override
                public void stepped(GenerationProgress progress, Tensor latents) {
                    line.show(progress);
                }
            });
        } catch (RuntimeException | Error e) {
            line.interrupt();
            throw e;
        }
    }

    private Recipe recipe(TextToImagePipeline pipeline, GenerationRequest request, long own) {
        return new Recipe(
                prompt,
                negative,
                steps,
                request.sampler().label(),
                guidance,
                own,
                request.width(),
                request.height(),
                pipeline.model().name(),
                latentsIn.map(file -> file.getFileName().toString()),
                "mezzotint " + Version.number());
    }
}
