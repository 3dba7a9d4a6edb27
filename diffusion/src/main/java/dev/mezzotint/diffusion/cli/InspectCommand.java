package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.checkpoint.Family;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.pipeline.MemoryPlan;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.checkpoint.TensorFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mezzo inspect}: what a model holds and needs. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Says what a model holds and needs: family, components, tensors, parameters, bytes, memory.",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mezzo inspect                                   the built-in model",
            "  mezzo inspect path/to/folder --size 768x512",
            "  mezzo inspect path/to/model.safetensors --tensors"
        })
final class InspectCommand implements Callable<Integer> {
    private static final String ROW = "%-16s %8s %14s %-10s %12s%n";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description =
                    "Model folder in diffusers' layout, or one file, safetensors or ckpt, also one that is no whole model"
                            + " (default: the built-in model).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = PictureSize.Converter.class,
            description = "Size of the picture whose memory is told (default: what the model was trained on).")
    private Optional<PictureSize> size = Optional.empty();

    @Option(names = "--tensors", description = "List every tensor with its type and shape.")
    private boolean tensors;

    InspectCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path path = model.isPresent() ? model.get() : ModelFolder.builtIn();
        if (Files.isRegularFile(path)) {
            inspectFile(out, path);
        } else {
            inspectModel(out, StoredModel.open(path));
        }
        out.flush();
        return Main.DONE;
    }

    private void inspectFile(PrintWriter out, Path path) throws IOException {
        try {
            inspectModel(out, StoredModel.open(path));
        } catch (FormatException e) {
            // A part of a model is worth a look, too; what cannot be read at all fails again.
            try (TensorFile file = TensorFiles.open(path)) {
                header(out, "file");
                row(out, path.getFileName().toString(), WeightsSummary.of(file));
                list(out, path.toString(), file);
            }
            spec.commandLine().getErr().println("no whole model: " + Failure.sentence(e));
        }
    }

    private void inspectModel(PrintWriter out, StoredModel stored) throws IOException {
        out.println(stored.path());
        out.println("built like " + Family.of(stored.unet().config()).label());
        stored.remarks().forEach(remark -> out.println("remark: " + remark));
        Map<String, TensorFile> parts = new LinkedHashMap<>();
        for (int i = 0; i < stored.texts().size(); i++) {
            parts.put(
                    "text_encoder" + (i == 0 ? "" : "_" + (i + 1)),
                    stored.texts().get(i).tensors());
        }
        parts.put("unet", stored.unet().tensors());
        stored.vae().ifPresent(vae -> parts.put("vae", vae.tensors()));
        header(out, "component");
        Map<String, WeightsSummary> summaries = new LinkedHashMap<>();
        for (Map.Entry<String, TensorFile> part : parts.entrySet()) {
            summaries.put(part.getKey(), WeightsSummary.of(part.getValue()));
        }
        summaries.forEach((name, summary) -> row(out, name, summary));
        row(out, "all", WeightsSummary.sum(List.copyOf(summaries.values())));
        pictures(out, stored);
        PictureSize wanted = size.orElse(new PictureSize(stored.defaultSize(), stored.defaultSize()));
        MemoryPlan plan = MemoryPlan.of(stored, wanted.width(), wanted.height(), 2, false, false);
        out.println("memory: about " + megabytes(plan.residentBytes()) + " for a picture of " + wanted.width() + "x"
                + wanted.height() + " with guidance, of which " + megabytes(plan.weights()) + " are weights and "
                + megabytes(plan.buffers()) + " activations");
        for (Map.Entry<String, TensorFile> part : parts.entrySet()) {
            list(out, part.getKey(), part.getValue());
        }
    }

    private static void pictures(PrintWriter out, StoredModel stored) {
        UNetConfig unet = stored.unet().config();
        Optional<VaeConfig> vae = stored.vae().map(StoredModel.Vae::config);
        int factor = vae.map(VaeConfig::factor).orElse(1);
        int size = factor * unet.sampleSize();
        out.println("pictures: " + size + "x" + size
                + (vae.map(VaeConfig::imageChannels).orElse(unet.outChannels()) == 1 ? " grey" : " RGB") + ", "
                + (vae.isEmpty()
                        ? "drawn directly"
                        : "drawn as latents of " + unet.sampleSize() + "x" + unet.sampleSize() + "x"
                                + unet.outChannels())
                + "; other sizes in multiples of " + factor);
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

    private void list(PrintWriter out, String name, TensorFile file) throws IOException {
        if (!tensors) {
            return;
        }
        out.println();
        out.println(name);
        for (String tensor : file.names()) {
            out.println("  " + tensor + "  " + file.tensor(tensor).dtype() + "  "
                    + Arrays.toString(file.tensor(tensor).shape()));
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
