package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.engine.json.Json;
import java.util.List;

/**
 * Sizes of the decoder of a tiny autoencoder, as in diffusers' {@code config.json} of an {@code AutoencoderTiny}.
 *
 * @param latentChannels channels of a latent
 * @param imageChannels channels of a picture
 * @param width channels in between ({@code decoder_block_out_channels}, all alike)
 * @param blocks residual blocks of each level, from the latent's grid to the picture's ({@code num_decoder_blocks})
 */
public record TinyDecoderConfig(int latentChannels, int imageChannels, int width, List<Integer> blocks) {
    /** Refuses sizes that are not positive. */
    public TinyDecoderConfig {
        blocks = List.copyOf(blocks);
        if (latentChannels < 1
                || imageChannels < 1
                || width < 1
                || blocks.isEmpty()
                || blocks.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("tiny autoencoder: every size must be positive");
        }
    }

    /** How many pixels wide and high one latent position is. */
    public int factor() {
        return 1 << (blocks.size() - 1);
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if a value is missing or asks for something not supported, naming it
     */
    public static TinyDecoderConfig parse(Json json) {
        require(json, "_class_name", "AutoencoderTiny");
        require(json, "act_fn", "relu");
        require(json, "upsample_fn", "nearest");
        requireNumber(json, "upsampling_scaling_factor", 2);
        requireNumber(json, "scaling_factor", 1);
        requireNumber(json, "shift_factor", 0);
        List<Integer> widths = integers(json, "decoder_block_out_channels");
        List<Integer> blocks = integers(json, "num_decoder_blocks");
        if (widths.size() != blocks.size() || widths.stream().distinct().count() != 1) {
            throw new IllegalArgumentException("tiny autoencoder: decoder_block_out_channels " + widths
                    + " is not supported, only one width for all " + blocks.size() + " levels");
        }
        return new TinyDecoderConfig(
                json.integer("latent_channels"), json.integer("out_channels"), widths.getFirst(), blocks);
    }

    private static void require(Json json, String key, String only) {
        String value = json.find(key).map(Json::asString).orElse(only);
        if (!value.equals(only)) {
            throw new IllegalArgumentException(
                    "tiny autoencoder: " + key + " '" + value + "' is not supported, only '" + only + "'");
        }
    }

    private static void requireNumber(Json json, String key, double only) {
        double value = json.find(key).map(Json::asDouble).orElse(only);
        if (value != only) {
            throw new IllegalArgumentException(
                    "tiny autoencoder: " + key + " = " + value + " is not supported, only " + only);
        }
    }

    private static List<Integer> integers(Json json, String key) {
        return json.get(key).elements().stream().map(Json::asInt).toList();
    }
}
