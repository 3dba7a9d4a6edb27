package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.io.IOException;
import java.util.List;

/**
 * What a single file's U-Net predicts. Neither names nor shapes tell it for Stable Diffusion 2.x: the models of 768
 * pixels predict velocity, those of 512 noise. ComfyUI found that a certain vector spreads more widely in the former.
 */
final class PredictionGuess {
    /** A tensor with no other purpose than to say that a file of Stable Diffusion XL predicts velocity. */
    static final String VELOCITY = "v_pred";
    /** A tensor that says that the last timestep is pure noise. */
    static final String ZERO_TERMINAL_SNR = "ztsnr";

    private static final String TELLTALE = Recognition.UNET + ".output_blocks.11.1.transformer_blocks.0.norm1.bias";
    private static final double VELOCITY_DEVIATION = 0.09;

    private PredictionGuess() {}

    /** Finds it out, and remarks on it where it may be wrong. */
    static PredictionType of(TensorFile file, Family family, List<String> remarks) throws IOException {
        return switch (family) {
            case SD1, SD1_INPAINT, SD2_INPAINT -> PredictionType.EPSILON;
            case SDXL, SDXL_INPAINT -> file.has(VELOCITY) ? PredictionType.V_PREDICTION : PredictionType.EPSILON;
            case SD2 -> {
                PredictionType guess = ofSecondGeneration(file);
                remarks.add(file.path() + " does not say what its U-Net predicts; its weights look like "
                        + (guess == PredictionType.EPSILON
                                ? "prediction of noise (--prediction v for velocity)"
                                : "prediction of velocity (--prediction epsilon for noise)"));
                yield guess;
            }
        };
    }

    private static PredictionType ofSecondGeneration(TensorFile file) throws IOException {
        if (!file.has(TELLTALE)) {
            return PredictionType.V_PREDICTION;
        }
        float[] values = file.tensor(TELLTALE).floats();
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / values.length;
        double deviation = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
        // All equal, it says nothing; then the model of 768 pixels is the commoner one.
        return deviation == 0 || deviation > VELOCITY_DEVIATION ? PredictionType.V_PREDICTION : PredictionType.EPSILON;
    }
}
