package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.TensorFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which weight of a model's part a LoRA's module name stands for: looked up among the weights that there are. */
final class LoraSites {
    private static final String WEIGHT = ".weight";
    /** Stands before all names of a text encoder but its projection's; some writers leave it out. */
    private static final String TEXT_MODEL = "text_model_";

    private final Map<String, String> weights = new HashMap<>();

    LoraSites(LoraTarget target, TensorFile part) {
        Set<String> modules = part.names().stream()
                .filter(name -> name.endsWith(WEIGHT))
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .collect(Collectors.toSet());
        if (target == LoraTarget.UNET) {
            LdmUNetModules original = new LdmUNetModules(modules);
            for (String module : modules) {
                original.name(module)
                        .ifPresent(name -> weights.put(LoraName.underscored(name), module + WEIGHT));
            }
        }
        for (String module : modules) {
            weights.put(LoraName.underscored(module), module + WEIGHT);
        }
    }

    /** The parameter's name; empty where the part has no such module. */
    Optional<String> weight(String module) {
        return Optional.ofNullable(weights.get(module)).or(() -> Optional.ofNullable(weights.get(TEXT_MODEL + module)));
    }
}
