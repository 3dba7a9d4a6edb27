package dev.mezzotint.diffusion.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * What a tensor's name in a LoRA file says.
 *
 * @param module the module that is updated, dots turned into underscores, because kohya's names have no others
 */
record LoraName(LoraTarget target, String module, Role role) {
    /** Which part of an update a tensor is. */
    enum Role {
        /** (rank, in) or (rank, in, kernelHeight, kernelWidth). */
        DOWN,
        /** (rank, rank, kernelHeight, kernelWidth) between the two others, where a convolution is cut in three. */
        MID,
        /** (out, rank) or (out, rank, 1, 1). */
        UP,
        /** One number; the update is divided by the rank and multiplied by it. */
        ALPHA
    }

    /** Before all names of an {@code adapter_model.safetensors}, which PEFT writes of one network. */
    private static final String PEFT_PREFIX = "base_model.model.";

    private record Ending(String text, Role role) {}

    /** diffusers' first form, {@code attn1.processor.to_q_lora.down.weight}, whose modules had other names. */
    private static final List<Ending> FIRST_ENDINGS =
            List.of(new Ending("_lora.down.weight", Role.DOWN), new Ending("_lora.up.weight", Role.UP));

    private static final List<Ending> ENDINGS = List.of(
            new Ending(".lora_down.weight", Role.DOWN),
            new Ending(".lora_mid.weight", Role.MID),
            new Ending(".lora_up.weight", Role.UP),
            new Ending(".alpha", Role.ALPHA),
            new Ending(".lora_A.weight", Role.DOWN),
            new Ending(".lora_B.weight", Role.UP),
            new Ending(".lora_A.default.weight", Role.DOWN),
            new Ending(".lora_B.default.weight", Role.UP),
            new Ending(".lora.down.weight", Role.DOWN),
            new Ending(".lora.up.weight", Role.UP),
            new Ending(".lora_linear_layer.down.weight", Role.DOWN),
            new Ending(".lora_linear_layer.up.weight", Role.UP));

    /** Reads a name; empty where it is none of a low-rank update. */
    static Optional<LoraName> parse(String name) {
        for (Ending ending : FIRST_ENDINGS) {
            if (name.endsWith(ending.text)) {
                LoraName found = of(cut(name, ending), ending.role);
                return Optional.of(new LoraName(found.target, today(found.target, found.module), found.role));
            }
        }
        return ENDINGS.stream()
                .filter(ending -> name.endsWith(ending.text))
                .findFirst()
                .map(ending -> of(cut(name, ending), ending.role));
    }

    private static String cut(String name, Ending ending) {
        return name.substring(0, name.length() - ending.text.length());
    }

    private static LoraName of(String full, Role role) {
        String path = full.startsWith(PEFT_PREFIX) ? full.substring(PEFT_PREFIX.length()) : full;
        for (LoraTarget target : LoraTarget.values()) {
            for (String prefix : target.kohyaPrefixes()) {
                if (path.startsWith(prefix)) {
                    return new LoraName(target, path.substring(prefix.length()), role);
                }
            }
            if (path.startsWith(target.folder() + ".")) {
                return new LoraName(
                        target, underscored(path.substring(target.folder().length() + 1)), role);
            }
        }
        if (path.startsWith("text_model.")) {
            return new LoraName(LoraTarget.TEXT_ENCODER, underscored(path), role);
        }
        // Files that hold the U-Net's update alone may leave out what it is.
        String module = path.startsWith("diffusion_model.") ? path.substring("diffusion_model.".length()) : path;
        return new LoraName(LoraTarget.UNET, underscored(module), role);
    }

    /** The form in which modules are compared. */
    static String underscored(String module) {
        return module.replace(".processor.", ".").replace('.', '_');
    }

    private static String today(LoraTarget target, String module) {
        return switch (target) {
            case UNET -> module.endsWith("_to_out") ? module + "_0" : module;
            case TEXT_ENCODER, TEXT_ENCODER_2 -> module.replaceFirst("_to_(q|k|v|out)$", "_$1_proj");
        };
    }
}
