package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A U-Net's sizes in and out of diffusers' {@code config.json}; what the network would not do is refused by name. */
final class UNetConfigJson {
    private static final String ADDED = "text_time";
    private static final String MIDDLE = "UNetMidBlock2DCrossAttn";

    /** What SDXL's refiner is told: two sizes of the original, two of the crop, and a score for its looks. */
    private static final int REFINER_SIZES = 5;

    private UNetConfigJson() {}

    static UNetConfig read(Json json) {
        refuseWhatIsNotDone(json);
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
                sameEverywhere(json, "layers_per_block"),
                perLevel(heads, "attention_head_dim", levels),
                sameEverywhere(json, "cross_attention_dim"),
                json.find("norm_num_groups").map(Json::asInt).orElse(32),
                json.find("norm_eps").map(Json::asDouble).orElse(1e-5),
                json.find("use_linear_projection").map(Json::asBoolean).orElse(false),
                perLevel(
                        json.find("transformer_layers_per_block").orElse(Json.of(1)),
                        "transformer_layers_per_block",
                        levels),
                hasMiddle(json),
                added(json),
                json.find("time_cond_proj_dim").map(Json::asInt).orElse(0));
    }

    static Json write(UNetConfig config) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of("UNet2DConditionModel"));
        members.put("act_fn", Json.of("silu"));
        config.added().ifPresent(added -> {
            members.put("addition_embed_type", Json.of(ADDED));
            members.put("addition_time_embed_dim", Json.of(added.sizeWidth()));
        });
        members.put("attention_head_dim", numbers(config.heads()));
        members.put("block_out_channels", numbers(config.channels()));
        members.put("cross_attention_dim", Json.of(config.contextWidth()));
        members.put("down_block_types", names(config.downAttention(), "DownBlock2D", "CrossAttnDownBlock2D"));
        members.put("flip_sin_to_cos", Json.of(true));
        members.put("freq_shift", Json.of(0));
        members.put("in_channels", Json.of(config.inChannels()));
        members.put("layers_per_block", Json.of(config.layersPerBlock()));
        members.put("mid_block_type", config.middle() ? Json.of(MIDDLE) : new Json.Null());
        members.put("norm_eps", Json.of(config.normEpsilon()));
        members.put("norm_num_groups", Json.of(config.normGroups()));
        members.put("out_channels", Json.of(config.outChannels()));
        config.added().ifPresent(added -> members.put("projection_class_embeddings_input_dim", Json.of(added.width())));
        members.put("sample_size", Json.of(config.sampleSize()));
        if (config.guidanceWidth() > 0) {
            members.put("time_cond_proj_dim", Json.of(config.guidanceWidth()));
        }
        members.put("transformer_layers_per_block", numbers(config.transformerLayers()));
        members.put("up_block_types", names(config.upAttention().reversed(), "UpBlock2D", "CrossAttnUpBlock2D"));
        members.put("use_linear_projection", Json.of(config.linearProjection()));
        return Json.object(members);
    }

    private static void refuseWhatIsNotDone(Json json) {
        for (String key : List.of(
                "class_embed_type",
                "encoder_hid_dim",
                "encoder_hid_dim_type",
                "num_class_embeds",
                "cross_attention_norm",
                "time_embedding_act_fn",
                "time_embedding_dim",
                "timestep_post_act",
                "reverse_transformer_layers_per_block")) {
            json.find(key).ifPresent(value -> {
                throw new IllegalArgumentException("U-Net: " + key + " = " + value.print() + " is not supported");
            });
        }
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
        if (!json.find("flip_sin_to_cos").map(Json::asBoolean).orElse(true)
                || json.find("freq_shift").map(Json::asDouble).orElse(0.0) != 0) {
            throw new IllegalArgumentException("U-Net: only flip_sin_to_cos = true with freq_shift = 0 is supported");
        }
    }

    /** An absent key means that there is a middle block, {@code null} that there is none. */
    private static boolean hasMiddle(Json json) {
        Optional<Json> type = json.find("mid_block_type");
        if (type.isPresent() && !type.get().asString().equals(MIDDLE)) {
            throw new IllegalArgumentException("U-Net: mid_block_type '"
                    + type.get().asString() + "' is not supported, only '" + MIDDLE + "' and null");
        }
        return type.isPresent() || !json.has("mid_block_type");
    }

    private static Optional<UNetConfig.Added> added(Json json) {
        Optional<String> type = json.find("addition_embed_type").map(Json::asString);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        if (!type.get().equals(ADDED)) {
            throw new IllegalArgumentException(
                    "U-Net: addition_embed_type '" + type.get() + "' is not supported, only '" + ADDED + "' and null");
        }
        int sizeWidth = json.integer("addition_time_embed_dim");
        int width = json.integer("projection_class_embeddings_input_dim");
        // The refiner's summary is its text encoder's, as wide as its context; the base model's is narrower.
        if (width == sameEverywhere(json, "cross_attention_dim") + REFINER_SIZES * sizeWidth) {
            throw new IllegalArgumentException("U-Net: projection_class_embeddings_input_dim = " + width
                    + " is that of SDXL's refiner, which is not supported; use the base model");
        }
        return Optional.of(new UNetConfig.Added(width - UNetConfig.SIZES * sizeWidth, sizeWidth));
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

    private static List<Integer> perLevel(Json value, String key, int levels) {
        if (!(value instanceof Json.Arr)) {
            return Collections.nCopies(levels, value.asInt());
        }
        if (value.elements().stream().anyMatch(Json.Arr.class::isInstance)) {
            throw new IllegalArgumentException("U-Net: " + key + " = " + value.print()
                    + " is not supported, only a number or a list with a number for each level");
        }
        return integers(value);
    }

    private static int sameEverywhere(Json json, String key) {
        Json value = json.get(key);
        if (!(value instanceof Json.Arr)) {
            return json.integer(key);
        }
        List<Integer> distinct = integers(value).stream().distinct().toList();
        if (distinct.size() != 1) {
            throw new IllegalArgumentException(
                    "U-Net: " + key + " = " + value.print() + " is not supported, only one number for all levels");
        }
        return distinct.getFirst();
    }

    private static List<Boolean> attention(Json json, String key, String without, String with) {
        return json.get(key).elements().stream()
                .map(Json::asString)
                .map(type -> {
                    if (!type.equals(without) && !type.equals(with)) {
                        throw new IllegalArgumentException("U-Net: block type '" + type + "' in " + key
                                + " is not supported, only " + without + " and " + with);
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
