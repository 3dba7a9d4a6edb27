package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.RenamedTensors;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Brings the names that older and newer versions of diffusers and transformers write to those of this engine. */
final class PublishedNames {
    /** transformers' newest versions leave this off. */
    private static final String TEXT_PREFIX = "text_model.";

    private static final String TEXT_PROJECTION = "text_projection.";

    /** The first diffusers wrote other names for the attention's maps, and models of that time still have them. */
    private static final Map<String, String> OLD_ATTENTION =
            Map.of(".query.", ".to_q.", ".key.", ".to_k.", ".value.", ".to_v.", ".proj_attn.", ".to_out.0.");

    private PublishedNames() {}

    static TensorFile vae(TensorFile file) throws FormatException {
        if (file.names().stream().noneMatch(name -> name.contains(".query."))) {
            return file;
        }
        return renamed(file, name -> {
            String renamed = name;
            for (Map.Entry<String, String> old : OLD_ATTENTION.entrySet()) {
                renamed = renamed.replace(old.getKey(), old.getValue());
            }
            return renamed;
        });
    }

    static TensorFile text(TensorFile file) throws FormatException {
        if (file.names().stream().anyMatch(name -> name.startsWith(TEXT_PREFIX))) {
            return file;
        }
        return renamed(file, name -> name.startsWith(TEXT_PROJECTION) ? name : TEXT_PREFIX + name);
    }

    private static TensorFile renamed(TensorFile file, UnaryOperator<String> ours) throws FormatException {
        Map<String, String> names = new LinkedHashMap<>();
        file.names().forEach(name -> names.put(ours.apply(name), name));
        return RenamedTensors.of(file, names);
    }
}
