package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.checkpoint.Synthetic;
import dev.mezzotint.engine.checkpoint.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mezzo synthesize}: checkpoints with random weights in the names, shapes and types of published ones. */
@Command(
        name = "synthesize",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Writes a model with random weights in exactly the names, shapes and types of a published one, to test and"
                    + " measure with. It draws noise.",
        },
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mezzo synthesize sd15 -o sd15-random",
            "  mezzo synthesize sdxl --layout ldm --dtype f16 -o sdxl-random.safetensors"
        })
final class SynthesizeCommand implements Callable<Integer> {
    /** How a model lies on disk. */
    enum Layout {
        DIFFUSERS,
        LDM
    }

    /** What weights may be stored as. */
    enum WeightType {
        F16(DType.F16),
        BF16(DType.BF16),
        F32(DType.F32);

        private final DType dtype;

        WeightType(DType dtype) {
            this.dtype = dtype;
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            completionCandidates = ModelNames.class,
            description = "The published model: ${COMPLETION-CANDIDATES}.")
    private String model = "";

    @Option(
            names = "--layout",
            paramLabel = "NAME",
            defaultValue = "DIFFUSERS",
            description = "diffusers: a folder with a folder for each part; ldm: one file in the names of the original"
                    + " code (default: diffusers).")
    private Layout layout;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "F16",
            description = "Type of the weights: f16, bf16 or f32 (default: f16).")
    private WeightType type;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the weights; both layouts hold the same ones (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--vocabulary",
            paramLabel = "FOLDER",
            description = "Copy CLIP's vocab.json and merges.txt from there; without them the folder has no tokenizer,"
                    + " and mezzo generate needs --tokenizer.")
    private Optional<Path> vocabulary = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "The folder or file to write (default: MODEL-TYPE, with .safetensors for a file).")
    private Optional<Path> output = Optional.empty();

    SynthesizeCommand() {}

    /** What can be made. */
    static final class ModelNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Synthetic.labels().iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        Synthetic synthetic = Synthetic.of(model, type.dtype, seed)
                .orElseThrow(() -> wrong("there is no model '" + model + "' to synthesize; take one of "
                        + String.join(", ", Synthetic.labels())));
        if (vocabulary.isPresent() && (layout == Layout.LDM || !synthetic.readsText())) {
            throw wrong("--vocabulary goes with --layout diffusers and a model that reads text");
        }
        String name = model + "-" + type.name().toLowerCase(Locale.ROOT);
        Path path = output.orElseGet(() -> Path.of(
                switch (layout) {
                    case DIFFUSERS -> name;
                    case LDM -> name + ".safetensors";
                }));
        long weights = switch (layout) {
            case DIFFUSERS -> synthetic.writeFolder(path, vocabulary);
            case LDM -> synthetic.writeFile(path);
        };
        boolean speechless = synthetic.readsText() && vocabulary.isEmpty();
        PrintWriter out = spec.commandLine().getOut();
        out.println(path);
        out.flush();
        spec.commandLine()
                .getErr()
                .println(String.format(
                        Locale.ROOT,
                        "%s with %,d random weights%s",
                        synthetic.description(),
                        weights,
                        speechless ? "; it has no tokenizer, so give mezzo generate one with --tokenizer" : ""));
        return Main.DONE;
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
