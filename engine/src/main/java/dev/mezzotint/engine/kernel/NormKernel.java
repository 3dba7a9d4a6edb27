package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/**
 * Group norm (Wu and He 2018) and layer norm (Ba et al. 2016): y = activation((x − mean) · rstd · gamma + beta), with
 * the biased variance as PyTorch uses it. Layouts are those of {@link NormGeometry}; {@code mean} and {@code rstd} hold
 * (batch, groups).
 */
public interface NormKernel {
    /** Forward pass; fills y, which may be x, mean and rstd. */
    void forward(
            Workers workers,
            NormGeometry geometry,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] y,
            int yOffset,
            float[] mean,
            float[] rstd);

    /**
     * Backward pass, dy being the gradient after the activation. Overwrites dx; adds to dGamma and dBeta (channels).
     */
    void backward(
            Workers workers,
            NormGeometry geometry,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] mean,
            float[] rstd,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] dGamma,
            float[] dBeta);
}
