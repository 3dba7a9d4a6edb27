package dev.mezzotint.clip.model;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.Embedding;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.LayerNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.ParameterLayout;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * CLIP's image encoder, a vision transformer (Dosovitskiy et al. 2021): patches become tokens, a class token gathers what
 * the picture shows, and a projection takes it into the space shared with texts.
 */
public final class ClipImageEncoder {
    private final ClipVisionConfig config;
    private final Parameters parameters = Parameters.create();
    private final Parameter classToken;
    private final Conv2d patches;
    private final Embedding positions;
    private final LayerNorm firstNorm;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final LayerNorm lastNorm;
    private final Linear projection;

    /** An encoder whose parameters are zero until they are loaded or initialised. */
    public ClipImageEncoder(ClipVisionConfig config) {
        this.config = config;
        Parameters model = parameters.child("vision_model");
        Parameters embeddings = model.child("embeddings");
        classToken = embeddings.declare(
                "class_embedding", Shape.of(config.width()), ParameterLayout.SAME, Initializer.normal(0.02));
        int patch = config.patchSize();
        patches = new Conv2d(
                embeddings.child("patch_embedding"),
                3,
                config.width(),
                patch,
                patch,
                0,
                0,
                false,
                Initializer.fanIn(3 * patch * patch));
        positions = new Embedding(embeddings.child("position_embedding"), config.tokens(), config.width(), 0.02);
        // The misspelling is the name that published checkpoints use.
        firstNorm = new LayerNorm(model.child("pre_layrnorm"), config.width(), config.epsilon());
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new ClipLayer(
                    model.child("encoder").child("layers", i),
                    config.width(),
                    config.feedForward(),
                    config.heads(),
                    config.activation(),
                    config.epsilon()));
        }
        lastNorm = new LayerNorm(model.child("post_layernorm"), config.width(), config.epsilon());
        projection = new Linear(
                parameters.child("visual_projection"),
                config.width(),
                config.projection(),
                false,
                ParameterLayout.SAME,
                Initializer.normal(1 / Math.sqrt(config.width())));
    }

    /** The sizes. */
    public ClipVisionConfig config() {
        return config;
    }

    /** The parameters, under transformers' names. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * Encodes pictures.
     *
     * @param pixels (batch, imageSize, imageSize, 3), in the range that the encoder was trained with
     * @return their places in the space shared with texts, (batch, projection)
     */
    public Tensor encode(Tape tape, Tensor pixels) {
        Shape wanted = Shape.of(pixels.size(0), config.imageSize(), config.imageSize(), 3);
        if (!pixels.shape().equals(wanted)) {
            throw new IllegalArgumentException(
                    "CLIP image encoder: pictures of shape " + pixels.shape() + " must have shape " + wanted);
        }
        int batch = pixels.size(0);
        int width = config.width();
        int tokens = config.tokens();
        try (Tape.Scope scope = tape.scope()) {
            Tensor grid = patches.forward(tape, pixels);
            Tensor row = ShapeOps.reshape(tape, classToken.on(tape), 1, width);
            Tensor classes = ResampleOps.gather(tape, row, new int[batch]);
            Tensor x = ShapeOps.concat(
                    tape,
                    ShapeOps.reshape(tape, classes, batch, 1, width),
                    ShapeOps.reshape(tape, grid, batch, tokens - 1, width),
                    1);
            x = firstNorm.forward(tape, ArithmeticOps.add(tape, x, positions.table(tape)));
            for (ClipLayer layer : layers) {
                x = layer.forward(tape, x, false);
            }
            Tensor summary = ShapeOps.reshape(tape, ShapeOps.slice(tape, x, 1, 0, 1), batch, width);
            return scope.keep(projection.forward(tape, lastNorm.forward(tape, summary)));
        }
    }
}
