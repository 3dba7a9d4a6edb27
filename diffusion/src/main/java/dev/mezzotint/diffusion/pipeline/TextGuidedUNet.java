package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.BatchDenoiser;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;

/** A U-Net together with the encoded texts of all conditions: what guidance sees of the model. */
final class TextGuidedUNet implements BatchDenoiser {
    private final UNet unet;
    private final Tape tape;
    private final Tensor contexts;
    private final int examples;
    private final int rows;
    private final int columns;
    private final int channels;
    private Tensor lastContext;
    private int lastFirst;

    /**
     * Joins them.
     *
     * @param contexts (conditions · examples, tokens, width): condition by condition, and within a condition example by
     *     example; condition 0 stands for none
     * @param examples samples that are drawn at once, each under conditions of its own
     */
    TextGuidedUNet(UNet unet, Tape tape, Tensor contexts, int examples, int rows, int columns) {
        this.unet = unet;
        this.tape = tape;
        this.contexts = contexts;
        this.examples = examples;
        this.rows = rows;
        this.columns = columns;
        channels = unet.config().inChannels();
        lastContext = contexts;
    }

    @Override
    public void predict(float[] x, int firstCondition, int conditions, double timestep, float[] out) {
        int batch = conditions * examples;
        int length = batch * rows * columns * channels;
        float[] used = x.length == length ? x : Arrays.copyOf(x, length);
        double[] timesteps = new double[batch];
        Arrays.fill(timesteps, timestep);
        Tensor input = Tensor.of(used, batch, rows, columns, channels);
        Tensor prediction = unet.forward(tape, input, timesteps, context(firstCondition * examples, batch));
        System.arraycopy(prediction.data(), 0, out, 0, length);
        tape.reset();
    }

    /** Guidance asks for the same conditions in all or most steps. */
    private Tensor context(int first, int count) {
        if (first != lastFirst || count != lastContext.size(0)) {
            int length = contexts.size(1) * contexts.size(2);
            float[] part = Arrays.copyOfRange(contexts.data(), first * length, (first + count) * length);
            lastContext = Tensor.of(part, count, contexts.size(1), contexts.size(2));
            lastFirst = first;
        }
        return lastContext;
    }
}
