package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Sizes of a U-Net, as in diffusers' {@code config.json}. Levels go from the finest grid to the coarsest.
 *
 * @param inChannels channels of the noisy latent
 * @param outChannels channels of the prediction
 * @param sampleSize height and width of the latent that the model was trained on
 * @param channels width of each level ({@code block_out_channels})
 * @param downAttention whether each level's down blocks attend to the text
 * @param upAttention whether each level's up blocks attend to the text
 * @param layersPerBlock residual blocks of a down block; an up block has one more
 * @param heads attention heads of each level (diffusers calls them {@code attention_head_dim})
 * @param contextWidth width of a text token ({@code cross_attention_dim})
 * @param normGroups groups of the group norms
 * @param normEpsilon of the residual blocks' group norms
 * @param linearProjection whether the maps around a transformer are stored as linear layers instead of 1×1 convolutions
 * @param transformerLayers transformer layers of each level's attention blocks
 */
public record UNetConfig(
        int inChannels,
        int outChannels,
        int sampleSize,
        List<Integer> channels,
        List<Boolean> downAttention,
        List<Boolean> upAttention,
        int layersPerBlock,
        List<Integer> heads,
        int contextWidth,
        int normGroups,
        double normEpsilon,
        boolean linearProjection,
        List<Integer> transformerLayers) {
    /** Refuses sizes that do not fit each other. */
    public UNetConfig {
        channels = List.copyOf(channels);
        downAttention = List.copyOf(downAttention);
        upAttention = List.copyOf(upAttention);
        heads = List.copyOf(heads);
        transformerLayers = List.copyOf(transformerLayers);
        int levels = channels.size();
        if (levels < 1
                || downAttention.size() != levels
                || upAttention.size() != levels
                || heads.size() != levels
                || transformerLayers.size() != levels) {
            throw new IllegalArgumentException("U-Net: block_out_channels has " + levels
                    + " levels; block types, attention_head_dim and transformer_layers_per_block must have as many");
        }
        if (inChannels < 1 || outChannels < 1 || sampleSize < 1 || layersPerBlock < 1 || contextWidth < 1) {
            throw new IllegalArgumentException("U-Net: every size must be positive");
        }
        for (int i = 0; i < levels; i++) {
            if (normGroups < 1 || channels.get(i) < 1 || heads.get(i) < 1 || transformerLayers.get(i) < 1) {
                throw new IllegalArgumentException("U-Net: every size of level " + i + " must be positive, got "
                        + channels.get(i) + " channels, " + normGroups + " norm groups, " + heads.get(i)
                        + " heads and " + transformerLayers.get(i) + " transformer layers");
            }
            if (channels.get(i) % normGroups != 0 || channels.get(i) % heads.get(i) != 0) {
                throw new IllegalArgumentException("U-Net: " + normGroups + " norm groups and " + heads.get(i)
                        + " heads must divide the " + channels.get(i) + " channels of level " + i);
            }
        }
    }

    /** Number of levels. */
    public int levels() {
        return channels.size();
    }

    /** Width of the timestep's embedding. */
    public int timeWidth() {
        return 4 * channels.getFirst();
    }

    /** Height and width of a latent must be multiples of this. */
    public int divisor() {
        return 1 << (levels() - 1);
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if a value is missing or asks for something not supported, naming it
     */
    public static UNetConfig parse(Json json) {
        refuse(json, "class_embed_type");
        refuse(json, "addition_embed_type");
        refuse(json, "encoder_hid_dim");
        refuse(json, "time_cond_proj_dim");
        refuse(json, "encoder_hid_dim_type");
        refuse(json, "num_class_embeds");
        refuse(json, "cross_attention_norm");
        refuse(json, "time_embedding_act_fn");
        refuse(json, "time_embedding_dim");
        refuse(json, "timestep_post_act");
        refuse(json, "reverse_transformer_layers_per_block");
        for (String key : List.of(
                "center_input_sample",
                "only_cross_attention",
                "dual_cross_attention",
                "mid_block_only_cross_attention",
                "class_embeddings_concat",
                "resnet_skip_time_act")) {
            requireFalse(json, key);
        }
        requireNumber(json, "conv_in_kernel", 3);
        requireNumber(json, "conv_out_kernel", 3);
        requireNumber(json, "downsample_padding", 1);
        requireNumber(json, "mid_block_scale_factor", 1);
        requireNumber(json, "resnet_out_scale_factor", 1);
        require(json, "attention_type", "default");
        require(json, "act_fn", "silu");
        require(json, "time_embedding_type", "positional");
        require(json, "resnet_time_scale_shift", "default");
        require(json, "mid_block_type", "UNetMidBlock2DCrossAttn");
        if (!json.find("flip_sin_to_cos").map(Json::asBoolean).orElse(true)
                || json.find("freq_shift").map(Json::asDouble).orElse(0.0) != 0) {
            throw new IllegalArgumentException("U-Net: only flip_sin_to_cos = true with freq_shift = 0 is supported");
        }
        List<Integer> channels = integers(json.get("block_out_channels"));
        int levels = channels.size();
        List<Boolean> up = new ArrayList<>(attention(json, "up_block_types", "UpBlock2D", "CrossAttnUpBlock2D"));
        Collections.reverse(up);
        Json heads = json.find("num_attention_heads")
                .or(() -> json.find("attention_head_dim"))
                .orElse(Json.of(8));
        return new UNetConfig(
                json.integer("in_channels"),
                json.integer("out_channels"),
                json.find("sample_size").map(Json::asInt).orElse(64),
                channels,
                attention(json, "down_block_types", "DownBlock2D", "CrossAttnDownBlock2D"),
                up,
                json.integer("layers_per_block"),
                perLevel(heads, levels),
                json.integer("cross_attention_dim"),
                json.find("norm_num_groups").map(Json::asInt).orElse(32),
                json.find("norm_eps").map(Json::asDouble).orElse(1e-5),
                json.find("use_linear_projection").map(Json::asBoolean).orElse(false),
                perLevel(json.find("transformer_layers_per_block").orElse(Json.of(1)), levels));
    }

    /** The configuration as diffusers writes it. */
    public Json toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of("UNet2DConditionModel"));
        members.put("act_fn", Json.of("silu"));
        members.put("attention_head_dim", numbers(heads));
        members.put("block_out_channels", numbers(channels));
        members.put("cross_attention_dim", Json.of(contextWidth));
        members.put("down_block_types", names(downAttention, "DownBlock2D", "CrossAttnDownBlock2D"));
        members.put("flip_sin_to_cos", Json.of(true));
        members.put("freq_shift", Json.of(0));
        members.put("in_channels", Json.of(inChannels));
        members.put("layers_per_block", Json.of(layersPerBlock));
        members.put("mid_block_type", Json.of("UNetMidBlock2DCrossAttn"));
        members.put("norm_eps", Json.of(normEpsilon));
        members.put("norm_num_groups", Json.of(normGroups));
        members.put("out_channels", Json.of(outChannels));
        members.put("sample_size", Json.of(sampleSize));
        members.put("transformer_layers_per_block", numbers(transformerLayers));
        members.put("up_block_types", names(upAttention.reversed(), "UpBlock2D", "CrossAttnUpBlock2D"));
        members.put("use_linear_projection", Json.of(linearProjection));
        return Json.object(members);
    }

    private static void refuse(Json json, String key) {
        if (json.find(key).isPresent()) {
            throw new IllegalArgumentException(
                    "U-Net: " + key + " = " + json.get(key).print() + " is not supported");
        }
    }

    private static void require(Json json, String key, String only) {
        String value = json.find(key).map(Json::asString).orElse(only);
        if (!value.equals(only)) {
            throw new IllegalArgumentException(
                    "U-Net: " + key + " '" + value + "' is not supported, only '" + only + "'");
        }
    }

    private static void requireFalse(Json json, String key) {
        boolean on = json.find(key).stream()
                .flatMap(value -> value instanceof Json.Arr list ? list.elements().stream() : Stream.of(value))
                .anyMatch(Json::asBoolean);
        if (on) {
            throw new IllegalArgumentException("U-Net: " + key + " is not supported, only false");
        }
    }

    private static void requireNumber(Json json, String key, double only) {
        double value = json.find(key).map(Json::asDouble).orElse(only);
        if (value != only) {
            throw new IllegalArgumentException("U-Net: " + key + " = " + value + " is not supported, only " + only);
        }
    }

    private static List<Integer> integers(Json list) {
        return list.elements().stream().map(Json::asInt).toList();
    }

    private static List<Integer> perLevel(Json value, int levels) {
        return value instanceof Json.Arr ? integers(value) : Collections.nCopies(levels, value.asInt());
    }

    private static List<Boolean> attention(Json json, String key, String without, String with) {
        return json.get(key).elements().stream()
                .map(Json::asString)
                .map(type -> {
                    if (!type.equals(without) && !type.equals(with)) {
                        throw new IllegalArgumentException(
                                "U-Net: block type '" + type + "' in " + key + " is not supported");
                    }
                    return type.equals(with);
                })
                .toList();
    }

    private static Json numbers(List<Integer> values) {
        return Json.array(
                values.stream().map(value -> Json.of(value.intValue())).toList());
    }

    private static Json names(List<Boolean> flags, String without, String with) {
        return Json.array(
                flags.stream().map(flag -> Json.of(flag ? with : without)).toList());
    }
}
