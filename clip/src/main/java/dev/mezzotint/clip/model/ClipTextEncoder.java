package dev.mezzotint.clip.model;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Embedding;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.LayerNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.ParameterLayout;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * CLIP's text encoder (Radford et al. 2021, section 2.4): token and position embeddings, causal pre-norm transformer
 * layers, a final layer norm; a text's summary is the state at its first end token.
 */
public final class ClipTextEncoder {
    /**
     * States of texts, each (texts, tokens, width).
     *
     * @param context those that a U-Net attends to
     * @param last those of the last layer after the final norm, which {@link #pool} summarises
     */
    public record TextStates(Tensor context, Tensor last) {}

    private final ClipTextConfig config;
    private final Parameters parameters = Parameters.create();
    private final Embedding tokens;
    private final Embedding positions;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final LayerNorm finalNorm;
    private final Optional<Linear> projection;

    /** An encoder whose parameters are zero until they are loaded or initialised. */
    public ClipTextEncoder(ClipTextConfig config) {
        this.config = config;
        Parameters model = parameters.child("text_model");
        tokens = new Embedding(
                model.child("embeddings").child("token_embedding"), config.vocabularySize(), config.width(), 0.02);
        positions = new Embedding(
                model.child("embeddings").child("position_embedding"), config.positions(), config.width(), 0.01);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new ClipLayer(
                    model.child("encoder").child("layers", i),
                    config.width(),
                    config.feedForward(),
                    config.heads(),
                    config.activation(),
                    config.epsilon()));
        }
        finalNorm = new LayerNorm(model.child("final_layer_norm"), config.width(), config.epsilon());
        projection = config.projection() > 0
                ? Optional.of(new Linear(
                        parameters.child("text_projection"),
                        config.width(),
                        config.projection(),
                        false,
                        ParameterLayout.SAME,
                        Initializer.normal(1 / Math.sqrt(config.width()))))
                : Optional.empty();
    }

    /** The sizes. */
    public ClipTextConfig config() {
        return config;
    }

    /** The parameters, under transformers' names. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * Encodes texts of equal length.
     *
     * @param ids one row of token ids a text
     * @return the final states, (texts, tokens, width), after the final norm
     * @throws IllegalArgumentException if a text is longer than the encoder's positions or an id is not in its vocabulary
     */
    public Tensor encode(Tape tape, int[][] ids) {
        return encode(tape, ids, 0, true);
    }

    /**
     * Encodes texts and stops before the last layers, as Stable Diffusion 2 does (its text encoder's penultimate layer).
     *
     * @param skippedLayers how many of the last layers are left out
     * @param normed whether the final norm is applied
     */
    public Tensor encode(Tape tape, int[][] ids, int skippedLayers, boolean normed) {
        check(ids, skippedLayers);
        try (Tape.Scope scope = tape.scope()) {
            Tensor x = through(tape, embed(tape, ids), 0, layers.size() - skippedLayers);
            return scope.keep(normed ? finalNorm.forward(tape, x) : x);
        }
    }

    /**
     * Encodes texts once for both of SDXL's uses: states of an earlier layer for attention, the last for the summary.
     *
     * @param skippedLayers how many of the last layers are left out of the context
     * @param normed whether the final norm is applied to the context
     */
    public TextStates encodeStates(Tape tape, int[][] ids, int skippedLayers, boolean normed) {
        check(ids, skippedLayers);
        int early = layers.size() - skippedLayers;
        Tensor x;
        try (Tape.Scope scope = tape.scope()) {
            x = scope.keep(through(tape, embed(tape, ids), 0, early));
        }
        Tensor last;
        try (Tape.Scope scope = tape.scope()) {
            last = scope.keep(finalNorm.forward(tape, through(tape, x, early, layers.size())));
        }
        if (!normed) {
            return new TextStates(x, last);
        }
        return new TextStates(skippedLayers == 0 ? last : finalNorm.forward(tape, x), last);
    }

    private void check(int[][] ids, int skippedLayers) {
        if (skippedLayers < 0 || skippedLayers > config.layers()) {
            throw new IllegalArgumentException(
                    "CLIP text encoder: cannot skip " + skippedLayers + " of " + config.layers() + " layers");
        }
        if (ids.length == 0 || ids[0].length == 0) {
            throw new IllegalArgumentException("CLIP text encoder: needs at least one text of at least one token");
        }
        int length = ids[0].length;
        if (length > config.positions()) {
            throw new IllegalArgumentException("CLIP text encoder: a text of " + length + " tokens is longer than its "
                    + config.positions() + " positions");
        }
        for (int[] text : ids) {
            if (text.length != length) {
                throw new IllegalArgumentException("CLIP text encoder: texts of one batch must be equally long, got "
                        + length + " and " + text.length + " tokens");
            }
        }
    }

    private Tensor embed(Tape tape, int[][] ids) {
        int length = ids[0].length;
        int[] flat = Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray();
        try (Tape.Scope scope = tape.scope()) {
            Tensor embedded = ShapeOps.reshape(tape, tokens.forward(tape, flat), ids.length, length, config.width());
            Tensor places = ShapeOps.slice(tape, positions.table(tape), 0, 0, length);
            return scope.keep(ArithmeticOps.add(tape, embedded, places));
        }
    }

    private Tensor through(Tape tape, Tensor x, int from, int to) {
        Tensor states = x;
        for (ClipLayer layer : layers.subList(from, to)) {
            states = layer.forward(tape, states, true);
        }
        return states;
    }

    /**
     * The summary of each text: its final state at the first end token.
     *
     * @param states (texts, tokens, width) as {@link #encode} gives them for the same ids
     * @return (texts, width)
     */
    public Tensor pool(Tape tape, Tensor states, int[][] ids) {
        int length = states.size(1);
        int[] rows = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            rows[i] = i * length + endOf(ids[i]);
        }
        Tensor table = ShapeOps.reshape(tape, states, ids.length * length, config.width());
        return ResampleOps.gather(tape, table, rows);
    }

    /**
     * The texts' places in the space shared with images, (texts, projection).
     *
     * @throws IllegalStateException if this encoder has no projection
     */
    public Tensor project(Tape tape, Tensor pooled) {
        return projection
                .orElseThrow(() -> new IllegalStateException("CLIP text encoder: this one has no projection"))
                .forward(tape, pooled);
    }

    private int endOf(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == config.endToken()) {
                return i;
            }
        }
        throw new IllegalArgumentException("CLIP text encoder: a text has no end token " + config.endToken());
    }
}
