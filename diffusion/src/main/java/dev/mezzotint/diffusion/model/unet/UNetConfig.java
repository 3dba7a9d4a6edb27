package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.json.Json;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
 * @param middle whether there is a block between the way down and the way up; models made small by distillation lack it
 *     ({@code mid_block_type} null)
 * @param added widths of what is known beside the text, for models that are told more (SDXL)
 * @param guidanceWidth width of the guidance scale's embedding ({@code time_cond_proj_dim}) for models with guidance
 *     built in, else 0
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
        List<Integer> transformerLayers,
        boolean middle,
        Optional<Added> added,
        int guidanceWidth) {
    /** How many numbers a picture's sizes are: original height and width, crop's top and left, target height and width. */
    static final int SIZES = 6;

    /**
     * Widths of SDXL's added conditions ({@code addition_embed_type} "text_time").
     *
     * @param pooledWidth width of a text's summary
     * @param sizeWidth width of the embedding of each of six sizes ({@code addition_time_embed_dim})
     */
    public record Added(int pooledWidth, int sizeWidth) {
        /** Refuses widths that are not positive. */
        public Added {
            if (pooledWidth < 1 || sizeWidth < 1) {
                throw new IllegalArgumentException("U-Net: projection_class_embeddings_input_dim must be more than "
                        + SIZES + " times addition_time_embed_dim");
            }
        }

        /** Width of all together ({@code projection_class_embeddings_input_dim}). */
        public int width() {
            return pooledWidth + SIZES * sizeWidth;
        }
    }

    /** Refuses sizes that do not fit each other. */
    public UNetConfig {
        channels = List.copyOf(channels);
        downAttention = List.copyOf(downAttention);
        upAttention = List.copyOf(upAttention);
        heads = List.copyOf(heads);
        transformerLayers = List.copyOf(transformerLayers);
        Objects.requireNonNull(added, "added");
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
        if (guidanceWidth != 0 && guidanceWidth < 4) {
            throw new IllegalArgumentException("U-Net: time_cond_proj_dim must be at least 4, got " + guidanceWidth);
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

    /** A U-Net that is told the timestep and the text alone, and has a middle block. */
    public UNetConfig(
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
        this(
                inChannels,
                outChannels,
                sampleSize,
                channels,
                downAttention,
                upAttention,
                layersPerBlock,
                heads,
                contextWidth,
                normGroups,
                normEpsilon,
                linearProjection,
                transformerLayers,
                true,
                Optional.empty(),
                0);
    }

    /** Number of levels. */
    public int levels() {
        return channels.size();
    }

    /** Width of the timestep's embedding. */
    public int timeWidth() {
        return 4 * channels.getFirst();
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if a value is missing or asks for something not supported, naming it
     */
    public static UNetConfig parse(Json json) {
        return UNetConfigJson.read(json);
    }

    /** The configuration as diffusers writes it. */
    public Json toJson() {
        return UNetConfigJson.write(this);
    }
}
