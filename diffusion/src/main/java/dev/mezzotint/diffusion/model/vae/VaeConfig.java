package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.engine.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sizes of a VAE, as in diffusers' {@code config.json}. Levels go from the picture's grid to the latent's.
 *
 * @param imageChannels channels of a picture
 * @param latentChannels channels of a latent
 * @param channels width of each level ({@code block_out_channels})
 * @param layersPerBlock residual blocks of an encoder level; a decoder level has one more
 * @param normGroups groups of the group norms
 * @param sampleSize height and width of the pictures it was trained on
 * @param scalingFactor latents are multiplied by it before diffusion, so that their deviation is about 1
 */
public record VaeConfig(
        int imageChannels,
        int latentChannels,
        List<Integer> channels,
        int layersPerBlock,
        int normGroups,
        int sampleSize,
        double scalingFactor) {
    /** Refuses sizes that do not fit each other. */
    public VaeConfig {
        channels = List.copyOf(channels);
        if (imageChannels < 1
                || latentChannels < 1
                || layersPerBlock < 1
                || normGroups < 1
                || sampleSize < 1
                || channels.isEmpty()
                || channels.stream().anyMatch(width -> width < 1)) {
            throw new IllegalArgumentException("VAE: every size must be positive");
        }
        for (int width : channels) {
            if (width % normGroups != 0) {
                throw new IllegalArgumentException(
                        "VAE: " + normGroups + " norm groups must divide block_out_channels " + channels);
            }
        }
        if (!(scalingFactor > 0) || Double.isInfinite(scalingFactor)) {
            throw new IllegalArgumentException("VAE: scaling_factor must be positive and finite, got " + scalingFactor);
        }
    }

    /** How many pixels wide and high one latent position is. */
    public int factor() {
        return 1 << (channels.size() - 1);
    }

    /** The same sizes with another scaling factor. */
    public VaeConfig withScalingFactor(double factor) {
        return new VaeConfig(imageChannels, latentChannels, channels, layersPerBlock, normGroups, sampleSize, factor);
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if a value is missing or asks for something not supported, naming it
     */
    public static VaeConfig parse(Json json) {
        requireBlocks(json, "down_block_types", "DownEncoderBlock2D");
        requireBlocks(json, "up_block_types", "UpDecoderBlock2D");
        for (String key : List.of("use_quant_conv", "use_post_quant_conv", "mid_block_add_attention")) {
            if (!json.find(key).map(Json::asBoolean).orElse(true)) {
                throw new IllegalArgumentException("VAE: " + key + " = false is not supported, only true");
            }
        }
        String activation = json.find("act_fn").map(Json::asString).orElse("silu");
        if (!activation.equals("silu")) {
            throw new IllegalArgumentException("VAE: act_fn '" + activation + "' is not supported, only 'silu'");
        }
        int channels = json.integer("in_channels");
        if (json.find("out_channels").map(Json::asInt).orElse(channels) != channels) {
            throw new IllegalArgumentException(
                    "VAE: out_channels = " + json.integer("out_channels") + " is not supported, only in_channels");
        }
        for (String key : List.of("latents_mean", "latents_std")) {
            if (json.find(key).isPresent()) {
                throw new IllegalArgumentException("VAE: " + key + " is not supported, only null");
            }
        }
        double shift = json.find("shift_factor").map(Json::asDouble).orElse(0.0);
        if (shift != 0) {
            throw new IllegalArgumentException("VAE: shift_factor = " + shift + " is not supported, only 0");
        }
        return new VaeConfig(
                channels,
                json.integer("latent_channels"),
                json.get("block_out_channels").elements().stream()
                        .map(Json::asInt)
                        .toList(),
                json.integer("layers_per_block"),
                json.find("norm_num_groups").map(Json::asInt).orElse(32),
                json.find("sample_size").map(Json::asInt).orElse(512),
                json.find("scaling_factor").map(Json::asDouble).orElse(0.18215));
    }

    private static void requireBlocks(Json json, String key, String only) {
        int levels = json.get("block_out_channels").elements().size();
        List<Json> types = json.find(key).map(Json::elements).orElse(Collections.nCopies(levels, Json.of(only)));
        for (Json type : types) {
            if (!type.asString().equals(only)) {
                throw new IllegalArgumentException(
                        "VAE: block type '" + type.asString() + "' in " + key + " is not supported, only " + only);
            }
        }
        if (types.size() != levels) {
            throw new IllegalArgumentException("VAE: " + key + " has " + types.size()
                    + " levels but block_out_channels " + levels + "; they must have as many");
        }
    }

    /** The configuration as diffusers writes it. */
    public Json toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of("AutoencoderKL"));
        members.put("act_fn", Json.of("silu"));
        members.put(
                "block_out_channels",
                Json.array(channels.stream()
                        .map(width -> Json.of(width.intValue()))
                        .toList()));
        members.put("down_block_types", repeated("DownEncoderBlock2D"));
        members.put("in_channels", Json.of(imageChannels));
        members.put("latent_channels", Json.of(latentChannels));
        members.put("layers_per_block", Json.of(layersPerBlock));
        members.put("norm_num_groups", Json.of(normGroups));
        members.put("out_channels", Json.of(imageChannels));
        members.put("sample_size", Json.of(sampleSize));
        members.put("scaling_factor", Json.of(scalingFactor));
        members.put("up_block_types", repeated("UpDecoderBlock2D"));
        return Json.object(members);
    }

    private Json repeated(String type) {
        return Json.array(channels.stream().map(width -> Json.of(type)).toList());
    }
}
