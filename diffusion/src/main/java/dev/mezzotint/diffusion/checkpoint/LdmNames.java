package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of the original latent-diffusion code (Rombach et al. 2022) for those of diffusers. There the blocks of a
 * U-Net are numbered through, the convolution that makes the grid coarser being one of its own and the one that makes it
 * finer the last part of a block.
 */
final class LdmNames {
    private static final Map<String, String> RESNET = Map.of(
            "norm1", "in_layers.0",
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "norm2", "out_layers.0",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");
    private static final Map<String, String> VAE_ATTENTION = Map.of(
            "group_norm", "norm",
            "to_q", "q",
            "to_k", "k",
            "to_v", "v",
            "to_out.0", "proj_out");

    private final Map<String, String> prefixes;

    private LdmNames(Map<String, String> prefixes) {
        this.prefixes = prefixes;
    }

    /** The names in a U-Net of these sizes. */
    static LdmNames ofUNet(UNetConfig config) {
        return ofUNet(config.layersPerBlock(), config.upAttention());
    }

    /**
     * The names in a U-Net.
     *
     * @param layersPerBlock residual blocks of a level on the way down; on the way up there is one more
     * @param upAttention for each level from the finest, whether its blocks on the way up have attention
     */
    static LdmNames ofUNet(int layersPerBlock, List<Boolean> upAttention) {
        int levels = upAttention.size();
        Map<String, String> names = new LinkedHashMap<>();
        names.put("conv_in", "input_blocks.0.0");
        names.put("time_embedding.linear_1", "time_embed.0");
        names.put("time_embedding.cond_proj", "time_embed.cond_proj");
        names.put("time_embedding.linear_2", "time_embed.2");
        names.put("add_embedding.linear_1", "label_emb.0.0");
        names.put("add_embedding.linear_2", "label_emb.0.2");
        int block = 1;
        for (int level = 0; level < levels; level++) {
            String down = "down_blocks." + level;
            for (int i = 0; i < layersPerBlock; i++, block++) {
                putResnet(names, down + ".resnets." + i, "input_blocks." + block + ".0");
                names.put(down + ".attentions." + i, "input_blocks." + block + ".1");
            }
            names.put(down + ".downsamplers.0.conv", "input_blocks." + block++ + ".0.op");
        }
        putResnet(names, "mid_block.resnets.0", "middle_block.0");
        names.put("mid_block.attentions.0", "middle_block.1");
        putResnet(names, "mid_block.resnets.1", "middle_block.2");
        block = 0;
        for (int level = levels - 1; level >= 0; level--) {
            String up = "up_blocks." + (levels - 1 - level);
            for (int i = 0; i <= layersPerBlock; i++, block++) {
                putResnet(names, up + ".resnets." + i, "output_blocks." + block + ".0");
                names.put(up + ".attentions." + i, "output_blocks." + block + ".1");
            }
            int last = upAttention.get(level) ? 2 : 1;
            names.put(up + ".upsamplers.0.conv", "output_blocks." + (block - 1) + "." + last + ".conv");
        }
        names.put("conv_norm_out", "out.0");
        names.put("conv_out", "out.2");
        return new LdmNames(names);
    }

    /** The names in a VAE of these sizes. The decoder's levels are numbered from the finest, as the encoder's are. */
    static LdmNames ofVae(VaeConfig config) {
        Map<String, String> names = new LinkedHashMap<>();
        int levels = config.channels().size();
        for (int level = 0; level < levels; level++) {
            int fromCoarsest = levels - 1 - level;
            names.put("encoder.down_blocks." + level + ".downsamplers.0", "encoder.down." + level + ".downsample");
            names.put("decoder.up_blocks." + fromCoarsest + ".upsamplers.0", "decoder.up." + level + ".upsample");
            for (int i = 0; i <= config.layersPerBlock(); i++) {
                String block = level + ".block." + i;
                putVaeResnet(names, "encoder.down_blocks." + level + ".resnets." + i, "encoder.down." + block);
                putVaeResnet(names, "decoder.up_blocks." + fromCoarsest + ".resnets." + i, "decoder.up." + block);
            }
        }
        for (String half : new String[] {"encoder", "decoder"}) {
            putVaeResnet(names, half + ".mid_block.resnets.0", half + ".mid.block_1");
            putVaeResnet(names, half + ".mid_block.resnets.1", half + ".mid.block_2");
            VAE_ATTENTION.forEach(
                    (part, ldm) -> names.put(half + ".mid_block.attentions.0." + part, half + ".mid.attn_1." + ldm));
            names.put(half + ".conv_norm_out", half + ".norm_out");
            names.put(half + ".conv_in", half + ".conv_in");
            names.put(half + ".conv_out", half + ".conv_out");
        }
        names.put("quant_conv", "quant_conv");
        names.put("post_quant_conv", "post_quant_conv");
        return new LdmNames(names);
    }

    private static void putResnet(Map<String, String> names, String diffusers, String ldm) {
        RESNET.forEach((part, theirs) -> names.put(diffusers + "." + part, ldm + "." + theirs));
    }

    private static void putVaeResnet(Map<String, String> names, String diffusers, String ldm) {
        names.put(diffusers + ".conv_shortcut", ldm + ".nin_shortcut");
        names.put(diffusers, ldm);
    }

    /**
     * The name of a tensor that diffusers calls {@code name}.
     *
     * @throws IllegalArgumentException if a model of these sizes has no such tensor
     */
    String of(String name) {
        return find(name)
                .orElseThrow(
                        () -> new IllegalArgumentException("the original code has no name for the tensor " + name));
    }

    /** The name of a tensor that diffusers calls {@code name}; empty where a model of these sizes has no such tensor. */
    Optional<String> find(String name) {
        // Longer prefixes win: a block's shortcut has a name of its own, its other layers keep theirs.
        for (int end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
            String theirs = prefixes.get(name.substring(0, end));
            if (theirs != null) {
                return Optional.of(theirs + name.substring(end));
            }
        }
        return Optional.empty();
    }
}
