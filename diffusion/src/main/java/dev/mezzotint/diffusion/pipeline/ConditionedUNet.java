package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.BatchDenoiser;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/** A U-Net together with all that it is told: what guidance sees of the model. */
final class ConditionedUNet implements BatchDenoiser {
    private final UNet unet;
    private final Tape tape;
    private final UNetConditions all;
    private final Optional<Tensor> shown;
    private final int examples;
    private final int rows;
    private final int columns;
    private final int channels;
    private UNetConditions lastConditions;
    private AttentionContext lastContext;
    private int lastFirst;

    /**
     * Joins them.
     *
     * @param all a row a condition and example: condition by condition, and within a condition example by example;
     *     condition 0 stands for none
     * @param shown channels that the U-Net sees behind those of the latent, (1, rows, columns, channels)
     * @param examples samples that are drawn at once, each under conditions of its own
     */
    ConditionedUNet(
            UNet unet, Tape tape, UNetConditions all, Optional<Tensor> shown, int examples, int rows, int columns) {
        this.unet = unet;
        this.tape = tape;
        this.all = all;
        this.shown = shown;
        this.examples = examples;
        this.rows = rows;
        this.columns = columns;
        channels = unet.config().outChannels();
        lastConditions = all;
        lastContext = AttentionContext.kept(all.context());
    }

    @Override
    public void predict(float[] x, int firstCondition, int conditions, double timestep, float[] out) {
        predict(x, timestep, conditions(firstCondition * examples, conditions * examples), out);
    }

    /** Predicts under the first condition proper, with the guidance scale told to the U-Net. */
    void predictGuided(float[] x, double timestep, double scale, float[] out) {
        UNetConditions conditions = conditions(examples, examples);
        double[] guidance = new double[examples];
        Arrays.fill(guidance, scale - 1);
        predict(x, timestep, new UNetConditions(conditions.context(), conditions.added(), Optional.of(guidance)), out);
    }

    private void predict(float[] x, double timestep, UNetConditions conditions, float[] out) {
        double[] timesteps = new double[examples];
        Arrays.fill(timesteps, timestep);
        Tensor prediction = unet.forward(tape, input(x), timesteps, conditions, lastContext);
        System.arraycopy(prediction.data(), 0, out, 0, prediction.length());
        tape.reset();
    }

    private Tensor input(float[] x) {
        int positions = rows * columns;
        if (shown.isEmpty()) {
            return Tensor.of(x, examples, rows, columns, channels);
        }
        float[] extra = shown.get().data();
        int behind = shown.get().size(3);
        int width = channels + behind;
        float[] joined = new float[examples * positions * width];
        for (int i = 0; i < examples * positions; i++) {
            System.arraycopy(x, i * channels, joined, i * width, channels);
            System.arraycopy(extra, i % positions * behind, joined, i * width + channels, behind);
        }
        return Tensor.of(joined, examples, rows, columns, width);
    }

    /** Guidance asks for the same conditions in all or most steps. */
    private UNetConditions conditions(int first, int count) {
        if (first != lastFirst || count != lastConditions.context().size(0)) {
            lastConditions = new UNetConditions(
                    rows(all.context(), first, count),
                    all.added()
                            .map(added -> new UNetConditions.TextAndSizes(
                                    rows(added.pooled(), first, count),
                                    Arrays.copyOfRange(added.sizes(), first, first + count))),
                    Optional.empty());
            lastContext = AttentionContext.kept(lastConditions.context());
            lastFirst = first;
        }
        return lastConditions;
    }

    private static Tensor rows(Tensor all, int first, int count) {
        int length = all.length() / all.size(0);
        return Tensor.of(
                Arrays.copyOfRange(all.data(), first * length, (first + count) * length),
                all.shape().with(0, count));
    }
}
