package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.pipeline.ModelComponent;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.ModelReader;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mezzo inspect}: what a model folder or a safetensors file holds. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Says what a model holds: components, tensors, parameters, bytes on disk, memory.",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mezzo inspect                                   the built-in model",
            "  mezzo inspect path/to/folder",
            "  mezzo inspect path/to/model.safetensors --tensors"
        })
final class InspectCommand implements Callable<Integer> {
    private static final String ROW = "%-14s %8s %14s %-10s %12s%n";
    /** A float for the value and one for the copy that is packed for the kernels. */
    private static final int BYTES_IN_MEMORY = 8;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "Model folder in diffusers' layout, or a .safetensors file (default: the built-in model).")
    private Optional<Path> model = Optional.empty();

    @Option(names = "--tensors", description = "List every tensor with its type and shape.")
    private boolean tensors;

    InspectCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path path = model.isPresent() ? model.get() : ModelFolder.builtIn();
        if (Files.isRegularFile(path)) {
            WeightsSummary summary = WeightsSummary.of(path);
            header(out, "file");
            row(out, String.valueOf(path.getFileName()), summary);
            memory(out, List.of(summary));
            list(out, path);
        } else {
            inspectFolder(out, ModelFolder.open(path));
        }
        out.flush();
        return Main.DONE;
    }

    private void inspectFolder(PrintWriter out, ModelFolder folder) throws IOException {
        out.println(folder.path());
        header(out, "component");
        List<WeightsSummary> summaries = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (ModelComponent component : ModelComponent.values()) {
            if (folder.has(component) && !component.weights().isEmpty()) {
                Path weights = folder.weights(component);
                WeightsSummary summary = WeightsSummary.of(weights);
                row(out, component.folder(), summary);
                summaries.add(summary);
                files.add(weights);
            }
        }
        row(out, "all", WeightsSummary.sum(summaries));
        memory(out, summaries);
        pictures(out, folder);
        for (Path file : files) {
            list(out, file);
        }
    }

    private static void pictures(PrintWriter out, ModelFolder folder) throws IOException {
        UNetConfig unet = ModelReader.readUNetConfig(folder);
        int factor = 1;
        int channels = unet.inChannels();
        String grid = "drawn directly";
        if (folder.has(ModelComponent.VAE)) {
            VaeConfig vae = ModelReader.readVaeConfig(folder);
            factor = vae.factor();
            channels = vae.imageChannels();
            grid = "drawn as latents of " + unet.sampleSize() + "x" + unet.sampleSize() + "x" + unet.inChannels();
        }
        int size = factor * unet.sampleSize();
        out.println("pictures: " + size + "x" + size + (channels == 1 ? " grey" : " RGB") + ", " + grid
                + "; other sizes in multiples of " + factor * unet.divisor());
    }

    private static void header(PrintWriter out, String first) {
        out.printf(Locale.ROOT, ROW, first, "tensors", "parameters", "types", "on disk");
    }

    private static void row(PrintWriter out, String name, WeightsSummary summary) {
        out.printf(
                Locale.ROOT,
                ROW,
                name,
                summary.tensors(),
                String.format(Locale.ROOT, "%,d", summary.parameters()),
                summary.types().stream().map(Enum::name).collect(Collectors.joining("+")),
                megabytes(summary.bytes()));
    }

    private static void memory(PrintWriter out, List<WeightsSummary> summaries) {
        long parameters = WeightsSummary.sum(summaries).parameters();
        out.println("memory: about " + megabytes(parameters * BYTES_IN_MEMORY)
                + " for the weights (as floats, and packed for the kernels), and what the pictures' size takes");
    }

    private void list(PrintWriter out, Path file) throws IOException {
        if (!tensors) {
            return;
        }
        out.println();
        out.println(file);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            for (String name : opened.names()) {
                out.println("  " + name + "  " + opened.dtype(name) + "  " + Arrays.toString(opened.shape(name)));
            }
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
