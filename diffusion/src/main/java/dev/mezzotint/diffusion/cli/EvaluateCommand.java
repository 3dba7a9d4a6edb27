package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.evaluation.Evaluation;
import dev.mezzotint.diffusion.evaluation.EvaluationReport;
import dev.mezzotint.diffusion.evaluation.Judge;
import dev.mezzotint.diffusion.evaluation.Painter;
import dev.mezzotint.diffusion.evaluation.PromptSet;
import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.pipeline.BatchPipeline;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.ModelReader;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.checkpoint.AtomicFile;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.data.DatasetProvider;
import dev.mezzotint.engine.data.DatasetProviders;
import dev.mezzotint.engine.image.Png;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mezzo evaluate}: how often pictures show what the prompt says, and how varied they are. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Draws many pictures at several guidance scales and lets a judge say which of them show what the prompt"
                    + " says: a small network that was trained on rendered scenes alone.",
            "Prints a Markdown table: the share of pictures with all objects right in number, shape and colour and in"
                    + " the place asked for, for prompts with one and two objects and for pairs of colour and shape"
                    + " that never were in the training data; and the variety of pictures of one prompt."
        },
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mezzo evaluate                            the built-in model, all scales",
            "  mezzo evaluate runs/mine/model --prompts 40 --guidance 3,7.5 --sheet sheet.png",
        })
final class EvaluateCommand implements Callable<Integer> {
    private static final int SHEET_PROMPTS = 6;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Model folder (the built-in model if not given).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "NAME",
            defaultValue = "scenes",
            description = "Data set that gives the prompts (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(
            names = "--prompts",
            paramLabel = "N",
            defaultValue = "200",
            description = "Prompts with one object, and as many with two (default: ${DEFAULT-VALUE}).")
    private int prompts;

    @Option(
            names = "--heldout",
            paramLabel = "N",
            defaultValue = "40",
            description =
                    "The same with pairs of colour and shape that were never trained on (default: ${DEFAULT-VALUE}).")
    private int heldOut;

    @Option(
            names = "--guidance",
            split = ",",
            paramLabel = "S",
            defaultValue = "1,3,5,7.5,10,15,20",
            description = "Guidance scales, with commas between them (default: ${DEFAULT-VALUE}).")
    private List<Double> guidance;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            defaultValue = "ddim",
            description = "Sampling method (default: ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Sampling steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the prompts and of the first picture (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--variety-prompts",
            paramLabel = "N",
            defaultValue = "16",
            description = "Prompts by which variety is measured, 0 for none (default: ${DEFAULT-VALUE}).")
    private int varietyPrompts;

    @Option(
            names = "--variety-seeds",
            paramLabel = "N",
            defaultValue = "8",
            description = "Pictures of each of those (default: ${DEFAULT-VALUE}).")
    private int varietySeeds;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Pictures drawn at once (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--judge",
            paramLabel = "DIR",
            description = "Judge (the one that comes with the project if not given).")
    private Optional<Path> judge = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one a processor).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "-o", paramLabel = "FILE.md", description = "Writes the table to a file too.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--sheet",
            paramLabel = "FILE.png",
            description = "Writes a picture of the first pictures: a row a prompt, a column a scale, the same seed.")
    private Optional<Path> sheet = Optional.empty();

    EvaluateCommand() {}

    @Override
    public Integer call() throws IOException {
        SamplerKind method = checked(() -> SamplerKind.ofLabel(sampler));
        List<PromptSet> sets = checked(() -> promptSets(DatasetProviders.find(data)));
        Evaluation.Settings settings = checked(() -> new Evaluation.Settings(
                guidance, varietyPrompts, varietySeeds, sheet.isPresent() ? SHEET_PROMPTS : 0, batch, seed));
        for (Optional<Path> file : List.of(output, sheet)) {
            if (file.isPresent()) {
                OutputFiles.requireWritable(file.get());
            }
        }
        try (Workers workers = checked(() -> Workers.of(threads))) {
            evaluate(method, sets, settings, new Compute(KernelSelector.kernels(), workers));
        }
        return Main.DONE;
    }

    /** What the user gave is checked before anything is drawn. */
    private <T> T checked(Supplier<T> given) {
        try {
            return given.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void evaluate(SamplerKind method, List<PromptSet> sets, Evaluation.Settings settings, Compute compute)
            throws IOException {
        TextToImageModel read =
                ModelReader.read(StoredModel.open(model.isPresent() ? model.get() : ModelFolder.builtIn()));
        Judge eyes = Judge.load(judge.isPresent() ? judge.get() : builtInJudge(), compute);
        BatchPipeline pipeline = new BatchPipeline(read, compute);
        Painter painter =
                (texts, seeds, scale) -> pipeline.generate(texts, seeds, GuidanceScale.of(scale), method, steps);
        PrintWriter err = spec.commandLine().getErr();
        EvaluationReport report = new Evaluation(painter, eyes, settings, err::println).run(sets);
        String text = report.markdown() + conditions(read, eyes);
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
        if (output.isPresent()) {
            AtomicFile.write(output.get(), file -> file.write(text.getBytes(StandardCharsets.UTF_8)));
        }
        if (sheet.isPresent()) {
            Png.write(sheet.get(), report.sheet().draw(), Map.of("Title", "guidance scales, " + read.name()));
        }
    }

    private List<PromptSet> promptSets(DatasetProvider provider) {
        if (prompts < 1 || heldOut < 0) {
            throw new IllegalArgumentException(
                    "--prompts is " + prompts + " and --heldout is " + heldOut + "; give at least 1 and 0");
        }
        List<PromptSet> sets = new ArrayList<>();
        sets.add(new PromptSet("one object", provider.prompts(1, prompts, seed, Map.of("split", "train"))));
        sets.add(new PromptSet("two objects", provider.prompts(2, prompts, seed, Map.of("split", "train"))));
        if (heldOut > 0) {
            Map<String, String> unseen = Map.of("split", "heldout");
            sets.add(new PromptSet("one, unseen pairs", provider.prompts(1, heldOut, seed, unseen)));
            sets.add(new PromptSet("two, unseen pairs", provider.prompts(2, heldOut, seed, unseen)));
        }
        return sets;
    }

    private String conditions(TextToImageModel read, Judge eyes) {
        return String.format(
                Locale.ROOT,
                "%nModel %s; %d prompts of each kind%s; sampler %s, %d steps, seed %d; the same noise at every scale."
                        + " The judge is right about %.2f %% of renders that it was not trained on.%n",
                read.name(),
                prompts,
                heldOut > 0 ? ", " + heldOut + " with unseen pairs" : "",
                sampler,
                steps,
                seed,
                100 * eyes.accuracy());
    }

    private static Path builtInJudge() throws FormatException {
        return ModelFolder.builtIn().resolveSibling("judge");
    }
}
