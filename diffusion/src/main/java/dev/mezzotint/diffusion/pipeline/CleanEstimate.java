package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.sampler.Denoiser;
import dev.mezzotint.diffusion.sampler.Progress;
import dev.mezzotint.diffusion.schedule.PredictionType;

/** Remembers a denoiser's last prediction, from which the picture can be seen before it is done. */
final class CleanEstimate implements Denoiser {
    private final Denoiser denoiser;
    private final PredictionType prediction;
    private float[] lastInput = {};
    private float[] lastOutput = {};
    private double sigma;

    CleanEstimate(Denoiser denoiser, PredictionType prediction) {
        this.denoiser = denoiser;
        this.prediction = prediction;
    }

    @Override
    public void predict(float[] x, Progress at, float[] out) {
        denoiser.predict(x, at, out);
        lastInput = x;
        lastOutput = out;
        sigma = at.sigma();
    }

    /** The clean sample that the last prediction points to; every sampler shows the model x with unit variance. */
    float[] get() {
        float[] estimate = new float[lastInput.length];
        prediction.original(lastInput, lastOutput, 1 / (1 + sigma * sigma), estimate);
        return estimate;
    }
}
