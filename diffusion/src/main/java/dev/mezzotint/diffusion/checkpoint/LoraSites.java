package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.TensorFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Which weight of a model's part a LoRA's module name stands for: looked up among the weights that there are. */
final class LoraSites {
    private static final String WEIGHT = ".weight";
    /** Stands before all names of a text encoder but its projection's; some writers leave it out. */
    private static final String TEXT_MODEL = "text_model_";

    private final Map<String, String> weights = new HashMap<>();

    LoraSites(LoraTarget target, TensorFile part) {
        List<String> names =
                part.names().stream().filter(name -> name.endsWith(WEIGHT)).toList();
        if (target == LoraTarget.UNET) {
            LdmNames original = originalNames(part);
            for (String name : names) {
                original.find(name).ifPresent(theirs -> weights.put(module(theirs), name));
            }
        }
        for (String name : names) {
            weights.put(module(name), name);
        }
    }

    /** The weight's name in the part; empty where the part has no such module. */
    Optional<String> weight(String module) {
        return Optional.ofNullable(weights.get(module)).or(() -> Optional.ofNullable(weights.get(TEXT_MODEL + module)));
    }

    private static LdmNames originalNames(TensorFile unet) {
        NameTree tree = NameTree.of(unet);
        int levels = tree.count("down_blocks");
        List<Boolean> upAttention = IntStream.range(0, levels)
                .mapToObj(level -> tree.has("up_blocks." + (levels - 1 - level) + ".attentions"))
                .toList();
        return LdmNames.ofUNet(tree.count("down_blocks.0.resnets"), upAttention);
    }

    private static String module(String name) {
        return LoraName.underscored(name.substring(0, name.length() - WEIGHT.length()));
    }
}
