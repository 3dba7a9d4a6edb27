package dev.mezzotint.diffusion.guidance;

import dev.mezzotint.diffusion.sampler.BatchShape;
import dev.mezzotint.diffusion.sampler.Denoiser;
import dev.mezzotint.diffusion.sampler.Progress;
import java.util.List;

/**
 * A model under guidance: predicts without and with every condition in one batch and combines the predictions.
 *
 * <p>With one condition, a scale of 1 needs the conditional prediction alone and a scale of 0 the unconditional one
 * alone; then the model is given half the batch.
 *
 * <p>Allocates nothing after construction. Not safe for use by several threads.
 */
public final class GuidedDenoiser implements Denoiser {
    private final BatchDenoiser model;
    private final List<GuidanceScale> scales;
    private final double rescale;
    private final BatchShape shape;
    private final double[] current;
    private final float[] predictions;

    /**
     * Guides a model.
     *
     * @param model predicts under conditions 0 (none) to {@code scales.size()}
     * @param scales how strongly each condition guides, at least one
     * @param rescale φ of {@link Guidance#rescale}, 0 for none; takes the first condition's prediction as its measure
     * @param shape the samples of the run
     * @throws IllegalArgumentException if there is no condition, φ is out of range or the batch is too large
     */
    public GuidedDenoiser(BatchDenoiser model, List<GuidanceScale> scales, double rescale, BatchShape shape) {
        if (scales.isEmpty()) {
            throw new IllegalArgumentException("guidance needs at least one condition");
        }
        if (!(rescale >= 0 && rescale <= 1)) {
            throw new IllegalArgumentException("guidance rescale is " + rescale + " but must lie from 0 to 1");
        }
        this.model = model;
        this.scales = List.copyOf(scales);
        this.rescale = rescale;
        this.shape = shape;
        current = new double[scales.size()];
        int rows = scales.size() + 1;
        predictions = new float[new BatchShape(rows, shape.size()).size()];
    }

    @Override
    public void predict(float[] x, Progress at, float[] out) {
        if (x.length != shape.size() || out.length != shape.size()) {
            throw new IllegalArgumentException("guidance: x has " + x.length + " values and the result " + out.length
                    + " but the run was created for " + shape.size());
        }
        for (int i = 0; i < current.length; i++) {
            current[i] = scales.get(i).at(at);
        }
        if (current.length == 1 && (current[0] == 1 || current[0] == 0)) {
            model.predict(x, (int) current[0], 1, at.timestep(), out);
            return;
        }
        model.predict(x, 0, current.length + 1, at.timestep(), predictions);
        Guidance.combine(predictions, current, out);
        if (rescale > 0) {
            Guidance.rescale(out, predictions, out.length, shape.exampleLength(), rescale);
        }
    }
}
