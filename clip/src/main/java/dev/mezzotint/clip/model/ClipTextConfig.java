package dev.mezzotint.clip.model;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.kernel.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sizes of a CLIP text encoder, as in transformers' {@code config.json}.
 *
 * @param vocabularySize entries of the token embedding
 * @param width of a token ({@code hidden_size})
 * @param feedForward width inside the feed-forward layers ({@code intermediate_size})
 * @param heads of the attention
 * @param layers number of transformer layers
 * @param positions longest text in tokens
 * @param activation of the feed-forward layers
 * @param epsilon of the layer norms
 * @param endToken id of the token at which texts are pooled
 * @param projection width of the joint space with images, 0 if the encoder has no projection
 */
public record ClipTextConfig(
        int vocabularySize,
        int width,
        int feedForward,
        int heads,
        int layers,
        int positions,
        Activation activation,
        double epsilon,
        int endToken,
        int projection) {
    private static final int LEGACY_END_TOKEN = 2;

    /** Refuses sizes that do not fit each other. */
    public ClipTextConfig {
        if (vocabularySize < 1 || width < 1 || feedForward < 1 || heads < 1 || layers < 1 || positions < 1) {
            throw new IllegalArgumentException("CLIP text encoder: every size must be positive");
        }
        if (width % heads != 0) {
            throw new IllegalArgumentException(
                    "CLIP text encoder: hidden_size " + width + " cannot be divided into " + heads + " heads");
        }
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if a value is missing or not supported
     */
    public static ClipTextConfig parse(Json json) {
        int vocabulary = json.integer("vocab_size");
        int end = json.find("eos_token_id").map(Json::asInt).orElse(vocabulary - 1);
        boolean projected = json.find("architectures")
                .map(list -> list.elements().stream().anyMatch(a -> a.asString().contains("WithProjection")))
                .orElse(false);
        return new ClipTextConfig(
                vocabulary,
                json.integer("hidden_size"),
                json.integer("intermediate_size"),
                json.integer("num_attention_heads"),
                json.integer("num_hidden_layers"),
                json.integer("max_position_embeddings"),
                HiddenActivation.parse(json.string("hidden_act")),
                json.find("layer_norm_eps").map(Json::asDouble).orElse(1e-5),
                // Configurations of 2022 say 2 and mean the largest id.
                end == LEGACY_END_TOKEN ? vocabulary - 1 : end,
                projected ? json.integer("projection_dim") : 0);
    }

    /** The configuration as transformers writes it. */
    public Json toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put(
                "architectures",
                Json.array(
                        java.util.List.of(Json.of(projection > 0 ? "CLIPTextModelWithProjection" : "CLIPTextModel"))));
        members.put("model_type", Json.of("clip_text_model"));
        members.put("vocab_size", Json.of(vocabularySize));
        members.put("hidden_size", Json.of(width));
        members.put("intermediate_size", Json.of(feedForward));
        members.put("num_attention_heads", Json.of(heads));
        members.put("num_hidden_layers", Json.of(layers));
        members.put("max_position_embeddings", Json.of(positions));
        members.put("hidden_act", Json.of(HiddenActivation.label(activation)));
        members.put("layer_norm_eps", Json.of(epsilon));
        members.put("bos_token_id", Json.of(endToken - 1));
        members.put("eos_token_id", Json.of(endToken));
        members.put("projection_dim", Json.of(projection > 0 ? projection : width));
        return Json.object(members);
    }
}
