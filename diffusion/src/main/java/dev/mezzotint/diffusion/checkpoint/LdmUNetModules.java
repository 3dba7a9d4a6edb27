package dev.mezzotint.diffusion.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that the original latent-diffusion code (Rombach et al. 2022) gives to the modules of a U-Net which is
 * described in diffusers' names. There the blocks of all levels are counted through: {@code input_blocks.4.1} is the
 * attention after the second residual block of level 1 where each level has one.
 */
final class LdmUNetModules {
    private static final Pattern BLOCK = Pattern.compile(
            "(down|up)_blocks\\.(\\d+)\\.(resnets|attentions|downsamplers|upsamplers)\\.(\\d+)\\.(.+)");
    private static final Pattern MIDDLE = Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.+)");
    private static final Map<String, String> OUTSIDE = Map.of(
            "conv_in", "input_blocks.0.0",
            "time_embedding.linear_1", "time_embed.0",
            "time_embedding.linear_2", "time_embed.2",
            "time_embedding.cond_proj", "time_embed.cond_proj",
            "add_embedding.linear_1", "label_emb.0.0",
            "add_embedding.linear_2", "label_emb.0.2",
            "conv_norm_out", "out.0",
            "conv_out", "out.2");
    private static final Map<String, String> RESNET = Map.of(
            "norm1", "in_layers.0",
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "norm2", "out_layers.0",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");

    private final Map<Integer, Integer> downResnets = new TreeMap<>();
    private final Map<Integer, Integer> upResnets = new TreeMap<>();
    private final Set<String> modules;

    /** @param modules all modules of the U-Net in diffusers' names, such as {@code down_blocks.0.resnets.0.conv1} */
    LdmUNetModules(Set<String> modules) {
        this.modules = Set.copyOf(modules);
        for (String module : modules) {
            Matcher block = BLOCK.matcher(module);
            if (block.matches() && block.group(3).equals("resnets")) {
                (block.group(1).equals("down") ? downResnets : upResnets)
                        .merge(number(block, 2), number(block, 4) + 1, Math::max);
            }
        }
    }

    /** The original name of a module; empty where the original code has none. */
    Optional<String> name(String module) {
        Matcher middle = MIDDLE.matcher(module);
        if (middle.matches()) {
            return middle.group(1).equals("attentions")
                    ? Optional.of("middle_block." + (2 * number(middle, 2) + 1) + "." + middle.group(3))
                    : resnet("middle_block." + 2 * number(middle, 2), middle.group(3));
        }
        Matcher block = BLOCK.matcher(module);
        if (!block.matches()) {
            return Optional.ofNullable(OUTSIDE.get(module));
        }
        int level = number(block, 2);
        int index = number(block, 4);
        return block.group(1).equals("down")
                ? down(level, block.group(3), index, block.group(5))
                : up(level, block.group(3), index, block.group(5));
    }

    private Optional<String> down(int level, String kind, int index, String inner) {
        // Before a level stand the first convolution and, of each level, its residual blocks and its downsampling.
        int before = 1 + level + before(downResnets, level);
        if (kind.equals("downsamplers")) {
            return Optional.of("input_blocks." + (before + downResnets.getOrDefault(level, 0)) + ".0.op");
        }
        return layer("input_blocks." + (before + index), kind, inner);
    }

    private Optional<String> up(int level, String kind, int index, String inner) {
        if (kind.equals("upsamplers")) {
            // It shares its block with the level's last residual block and, where there is one, its attention.
            String attention = "up_blocks." + level + ".attentions.";
            int place = modules.stream().anyMatch(m -> m.startsWith(attention)) ? 2 : 1;
            return Optional.of("output_blocks." + (before(upResnets, level + 1) - 1) + "." + place + ".conv");
        }
        return layer("output_blocks." + (before(upResnets, level) + index), kind, inner);
    }

    private static Optional<String> layer(String block, String kind, String inner) {
        return kind.equals("attentions") ? Optional.of(block + ".1." + inner) : resnet(block + ".0", inner);
    }

    private static int before(Map<Integer, Integer> resnets, int level) {
        return resnets.entrySet().stream()
                .filter(e -> e.getKey() < level)
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    private static Optional<String> resnet(String block, String inner) {
        return Optional.ofNullable(RESNET.get(inner)).map(name -> block + "." + name);
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
