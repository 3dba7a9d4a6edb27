package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.checkpoint.TensorFiles;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of low-rank updates (Hu et al. 2021) in the names of kohya's scripts, of PEFT and diffusers, or of diffusers
 * before it used PEFT. Opening reads all of it once, to be sure that every number is finite, and keeps nothing but names,
 * shapes and alphas; the factors come from disk again when weights are read.
 */
public final class LoraFile {
    private final Path path;
    private final List<LoraEntry> entries;
    private final List<String> others;

    private LoraFile(Path path, List<LoraEntry> entries, List<String> others) {
        this.path = path;
        this.entries = List.copyOf(entries);
        this.others = List.copyOf(others);
    }

    /**
     * Opens and checks a file.
     *
     * @throws FormatException if it holds no low-rank updates, other kinds of updates as well, or factors that do not fit
     *     each other, or numbers that are not finite
     * @throws IOException if it cannot be read
     */
    public static LoraFile open(Path path) throws IOException {
        try (TensorFile file = TensorFiles.open(path)) {
            Map<String, Map<LoraName.Role, String>> groups = new LinkedHashMap<>();
            Map<String, LoraName> modules = new LinkedHashMap<>();
            List<String> others = new ArrayList<>();
            for (String tensor : file.names()) {
                Optional<LoraName> parsed = LoraName.parse(tensor);
                if (parsed.isEmpty()) {
                    // A textual inversion that was trained along; the prompt's words may need it, the weights do not.
                    if (!tensor.startsWith("bundle_emb.")) {
                        throw unknown(path, tensor);
                    }
                    others.add(tensor);
                    continue;
                }
                LoraName name = parsed.get();
                String key = name.target().folder() + "." + name.module();
                modules.putIfAbsent(key, name);
                String first = groups.computeIfAbsent(key, _ -> new EnumMap<>(LoraName.Role.class))
                        .putIfAbsent(name.role(), tensor);
                if (first != null) {
                    throw new FormatException(path + " updates one weight twice, with " + quoted(first) + " and "
                            + quoted(tensor) + "; get the LoRA anew");
                }
            }
            if (groups.isEmpty()) {
                throw new FormatException(path + " holds no low-rank updates; name a LoRA file");
            }
            LoraScale scale = LoraScale.of(path, file instanceof SafetensorsFile s ? s.metadata() : Map.of());
            List<LoraEntry> entries = new ArrayList<>();
            for (Map.Entry<String, Map<LoraName.Role, String>> group : groups.entrySet()) {
                entries.add(entry(file, modules.get(group.getKey()), group.getValue(), scale));
            }
            return new LoraFile(path, entries, others);
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** The updates, in the file's order. */
    List<LoraEntry> entries() {
        return entries;
    }

    /** Names of tensors that are no updates of weights. */
    List<String> others() {
        return others;
    }

    private static LoraEntry entry(
            TensorFile file, LoraName name, Map<LoraName.Role, String> tensors, LoraScale scaleWithoutAlpha)
            throws IOException {
        String someName = tensors.values().iterator().next();
        if (!tensors.containsKey(LoraName.Role.DOWN) || !tensors.containsKey(LoraName.Role.UP)) {
            throw new FormatException(file.path() + " has " + quoted(someName)
                    + " without both of the factors that belong to it; the file is incomplete, get it anew");
        }
        StoredTensor down = file.tensor(tensors.get(LoraName.Role.DOWN));
        StoredTensor up = file.tensor(tensors.get(LoraName.Role.UP));
        Optional<StoredTensor> mid = Optional.empty();
        if (tensors.containsKey(LoraName.Role.MID)) {
            mid = Optional.of(file.tensor(tensors.get(LoraName.Role.MID)));
        }
        LoraEntry.requireFactors(down, mid, up);
        requireFinite(down);
        requireFinite(up);
        if (mid.isPresent()) {
            requireFinite(mid.get());
        }
        double scale = tensors.containsKey(LoraName.Role.ALPHA)
                ? alpha(file.tensor(tensors.get(LoraName.Role.ALPHA))) / down.rows()
                : scaleWithoutAlpha.of(name.target(), down.rows());
        return new LoraEntry(tensors.get(LoraName.Role.DOWN), name.target(), name.module(), down, mid, up, scale);
    }

    private static double alpha(StoredTensor tensor) throws IOException {
        if ((long) tensor.rows() * tensor.rowLength() == 1) {
            float alpha = tensor.floats()[0];
            if (Float.isFinite(alpha)) {
                return alpha;
            }
        }
        throw new FormatException(tensor.origin() + " is not one finite number; get the LoRA anew");
    }

    private static void requireFinite(StoredTensor factor) throws IOException {
        for (float value : factor.floats()) {
            if (!Float.isFinite(value)) {
                throw new FormatException(factor.origin() + " holds " + value + "; get the LoRA anew");
            }
        }
    }

    private static FormatException unknown(Path path, String tensor) {
        String kind;
        if (tensor.contains("dora_scale") || tensor.contains("lora_magnitude_vector")) {
            kind = "DoRA";
        } else if (tensor.contains(".hada_")) {
            kind = "LoHa";
        } else if (tensor.contains(".lokr_")) {
            kind = "LoKr";
        } else if (tensor.contains("oft_")) {
            kind = "OFT";
        } else if (tensor.endsWith(".diff") || tensor.endsWith(".diff_b")) {
            kind = "a full difference of weights";
        } else {
            return new FormatException(path + ": tensor " + quoted(tensor)
                    + " is no part of a low-rank update; name a LoRA file in kohya's or PEFT's names");
        }
        return new FormatException(path + ": tensor " + quoted(tensor) + " is " + kind
                + ", which is not supported; use a plain LoRA or a model with the update merged in");
    }

    private static String quoted(String name) {
        return Json.of(name).print();
    }
}
