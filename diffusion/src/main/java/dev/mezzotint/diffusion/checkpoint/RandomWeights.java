package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Random weights for all parts of a model, under diffusers' and transformers' names, drawn when they are read. They are
 * tame: maps keep the deviation of what passes through them, norms nearly keep it, the U-Net predicts little.
 *
 * @param architecture the model's sizes
 * @param dtype of all weights
 * @param seed the same seed gives the same weights
 */
record RandomWeights(Architecture architecture, DType dtype, long seed) {
    private static final float NORM_SPREAD = 0.05f;
    static final float BIAS_SPREAD = 0.05f;
    private static final float VELOCITY_BIAS_SPREAD = 0.2f;
    private static final float EMBEDDING_DEVIATION = 0.02f;
    private static final float PREDICTION_GAIN = 0.1f;

    /** The U-Net's tensors. */
    Map<String, StoredTensor> unet() {
        // Files of Stable Diffusion 2 that predict velocity are known by the spread of a norm's bias.
        boolean velocity =
                architecture.scheduler().string("prediction_type").equals(PredictionType.V_PREDICTION.label());
        return tensors(
                "unet", new UNet(architecture.unet()).parameters(), velocity ? VELOCITY_BIAS_SPREAD : BIAS_SPREAD);
    }

    /** The VAE's tensors. */
    Map<String, StoredTensor> vae() {
        return tensors("vae", new Autoencoder(architecture.vae()).parameters(), BIAS_SPREAD);
    }

    /**
     * A text encoder's tensors.
     *
     * @param index which one
     * @param config its sizes, or those of one with more layers; the layers that both have are the same
     */
    Map<String, StoredTensor> text(int index, ClipTextConfig config) {
        return tensors("text" + index, new ClipTextEncoder(config).parameters(), BIAS_SPREAD);
    }

    /** One number by itself. */
    StoredTensor scalar(String name, float value) {
        return new RandomTensor(name, dtype, new int[0], 0, value, 0);
    }

    private Map<String, StoredTensor> tensors(String part, Parameters parameters, float normBiasSpread) {
        Set<String> norms = parameters.list().stream()
                .filter(parameter ->
                        parameter.shape().rank() == 1 && parameter.name().endsWith(".weight"))
                .map(Parameter::name)
                .collect(Collectors.toSet());
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : parameters.list()) {
            String name = parameter.name();
            int[] shape = parameter.layout().stored(parameter.shape()).toArray();
            float centre = norms.contains(name) ? 1 : 0;
            float spread;
            if (shape.length > 1) {
                spread = weightSpread(part, name, shape);
            } else if (norms.contains(name)) {
                spread = NORM_SPREAD;
            } else {
                String weight = name.substring(0, name.length() - "bias".length()) + "weight";
                spread = norms.contains(weight) ? normBiasSpread : BIAS_SPREAD;
            }
            tensors.put(
                    name,
                    new RandomTensor(name, dtype, shape, RandomTensor.seed(seed, part + "." + name), centre, spread));
        }
        return tensors;
    }

    private static float weightSpread(String part, String name, int[] shape) {
        if (name.contains("_embedding.weight")) {
            return (float) Math.sqrt(3) * EMBEDDING_DEVIATION;
        }
        return part.equals("unet") && name.equals("conv_out.weight") ? PREDICTION_GAIN * spread(shape) : spread(shape);
    }

    /**
     * The spread with which a map keeps the deviation of what passes through it. A uniform distribution's deviation is
     * its spread divided by √3.
     *
     * @param shape (out, in, …) of its weight
     */
    static float spread(int[] shape) {
        long fanIn = 1;
        for (int d = 1; d < shape.length; d++) {
            fanIn *= shape[d];
        }
        return (float) Math.sqrt(3.0 / fanIn);
    }
}
