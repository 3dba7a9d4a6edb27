package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.RowSlice;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.checkpoint.TransposedTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OpenCLIP's text encoders under transformers' names. OpenCLIP keeps the maps of an attention to queries, keys and
 * values one below the other in one tensor, and multiplies by the text projection from the other side.
 */
final class OpenClip {
    private static final String LAYERS = "text_model.encoder.layers.";
    private static final String BLOCKS = "transformer.resblocks.";
    private static final String PROJECTION = "text_projection";
    private static final List<String> MAPS = List.of("q_proj", "k_proj", "v_proj");
    private static final Map<String, String> OUTSIDE = Map.of(
            "text_model.embeddings.token_embedding.weight", "token_embedding.weight",
            "text_model.embeddings.position_embedding.weight", "positional_embedding",
            "text_model.final_layer_norm.weight", "ln_final.weight",
            "text_model.final_layer_norm.bias", "ln_final.bias",
            "text_projection.weight", PROJECTION);
    private static final Map<String, String> INSIDE = Map.of(
            "layer_norm1", "ln_1",
            "layer_norm2", "ln_2",
            "mlp.fc1", "mlp.c_fc",
            "mlp.fc2", "mlp.c_proj",
            "self_attn.out_proj", "attn.out_proj");

    private OpenClip() {}

    /** OpenCLIP's name of the tensor that holds what transformers calls {@code name}. */
    static String nameOf(String name) {
        if (!name.startsWith(LAYERS)) {
            String found = OUTSIDE.get(name);
            if (found == null) {
                throw new IllegalArgumentException("OpenCLIP has no name for the tensor " + name);
            }
            return found;
        }
        int afterIndex = name.indexOf('.', LAYERS.length());
        int kind = name.lastIndexOf('.');
        String block = BLOCKS + name.substring(LAYERS.length(), afterIndex) + ".";
        String part = name.substring(afterIndex + 1, kind);
        String weightOrBias = name.substring(kind + 1);
        return mapOf(name) >= 0
                ? block + "attn.in_proj_" + weightOrBias
                : block + INSIDE.get(part) + "." + weightOrBias;
    }

    /** What transformers calls {@code name}, in a file of OpenCLIP's that has it under {@code root}. */
    static StoredTensor read(TensorFile file, String root, String name) throws FormatException {
        StoredTensor tensor = file.tensor(root + nameOf(name));
        int map = mapOf(name);
        if (map >= 0) {
            if (tensor.rows() % MAPS.size() != 0) {
                throw new FormatException(tensor.origin() + " has " + tensor.rows()
                        + " rows, where three maps of equal size belong; get the model anew");
            }
            int rows = tensor.rows() / MAPS.size();
            return new RowSlice(tensor, map * rows, (map + 1) * rows);
        }
        return name.startsWith(PROJECTION) ? new TransposedTensor(tensor) : tensor;
    }

    /** The tensors that OpenCLIP would write, from transformers' ones. */
    static Map<String, StoredTensor> write(Map<String, StoredTensor> tensors) {
        Map<String, StoredTensor> theirs = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (mapOf(name) == 0) {
                List<StoredTensor> maps = MAPS.stream()
                        .map(map -> tensors.get(name.replace(MAPS.getFirst(), map)))
                        .toList();
                theirs.put(nameOf(name), new Concatenated(maps));
            } else if (mapOf(name) < 0) {
                theirs.put(nameOf(name), name.startsWith(PROJECTION) ? new TransposedTensor(tensor) : tensor);
            }
        });
        return theirs;
    }

    /** Which of the three maps it is a part of; −1 for other tensors. */
    private static int mapOf(String name) {
        for (int i = 0; i < MAPS.size(); i++) {
            if (name.contains(".self_attn." + MAPS.get(i) + ".")) {
                return i;
            }
        }
        return -1;
    }
}
