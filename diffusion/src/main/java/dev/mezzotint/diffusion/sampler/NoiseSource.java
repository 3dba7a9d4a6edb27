package dev.mezzotint.diffusion.sampler;

/**
 * Where a run's noise comes from. One source gives the initial noise and then, in order, what each stochastic step
 * draws.
 *
 * <p>A sampler works element by element and does not know the layout of its samples; PyTorch's numbers come in the
 * order (channel, row, column). A source for samples in another layout permutes what it draws. A source for several
 * examples with a seed each fills each example from its own generator, so that a picture does not depend on its
 * neighbours.
 */
@FunctionalInterface
public interface NoiseSource {
    /** Fills the whole array with independent standard normal numbers. */
    void fill(float[] destination);
}
