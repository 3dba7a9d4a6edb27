package dev.mezzotint.clip.model;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.kernel.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sizes of a CLIP image encoder, as in transformers' {@code config.json}.
 *
 * @param imageSize height and width of the pictures, in pixels
 * @param patchSize height and width of a patch, in pixels
 * @param width of a token ({@code hidden_size})
 * @param feedForward width inside the feed-forward layers ({@code intermediate_size})
 * @param heads of the attention
 * @param layers number of transformer layers
 * @param activation of the feed-forward layers
 * @param epsilon of the layer norms
 * @param projection width of the joint space with texts
 */
public record ClipVisionConfig(
        int imageSize,
        int patchSize,
        int width,
        int feedForward,
        int heads,
        int layers,
        Activation activation,
        double epsilon,
        int projection) {
    /** Refuses sizes that do not fit each other. */
    public ClipVisionConfig {
        if (imageSize < 1
                || patchSize < 1
                || width < 1
                || feedForward < 1
                || heads < 1
                || layers < 1
                || projection < 1) {
            throw new IllegalArgumentException("CLIP image encoder: every size must be positive");
        }
        if (width % heads != 0 || imageSize % patchSize != 0) {
            throw new IllegalArgumentException("CLIP image encoder: " + heads + " heads must divide hidden_size "
                    + width + " and patches of " + patchSize + " must divide pictures of " + imageSize);
        }
    }

    /** Tokens of one picture: its patches and the class token. */
    public int tokens() {
        int side = imageSize / patchSize;
        return side * side + 1;
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if a value is missing or not supported
     */
    public static ClipVisionConfig parse(Json json) {
        return new ClipVisionConfig(
                json.integer("image_size"),
                json.integer("patch_size"),
                json.integer("hidden_size"),
                json.integer("intermediate_size"),
                json.integer("num_attention_heads"),
                json.integer("num_hidden_layers"),
                HiddenActivation.parse(json.string("hidden_act")),
                json.find("layer_norm_eps").map(Json::asDouble).orElse(1e-5),
                json.integer("projection_dim"));
    }

    /** The configuration as transformers writes it. */
    public Json toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("architectures", Json.array(List.of(Json.of("CLIPVisionModelWithProjection"))));
        members.put("model_type", Json.of("clip_vision_model"));
        members.put("image_size", Json.of(imageSize));
        members.put("patch_size", Json.of(patchSize));
        members.put("hidden_size", Json.of(width));
        members.put("intermediate_size", Json.of(feedForward));
        members.put("num_attention_heads", Json.of(heads));
        members.put("num_hidden_layers", Json.of(layers));
        members.put("hidden_act", Json.of(HiddenActivation.label(activation)));
        members.put("layer_norm_eps", Json.of(epsilon));
        members.put("projection_dim", Json.of(projection));
        return Json.object(members);
    }
}
