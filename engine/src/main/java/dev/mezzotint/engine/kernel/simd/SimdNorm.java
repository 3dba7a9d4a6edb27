package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.function.IntConsumer;

/**
 * Group norm on vectors, lanes along the channels; layer norm is in {@link SimdLayerNorm}. An image is cut into slabs of
 * positions. A first pass gives sums for each channel of each slab; they are folded, in order and in double precision,
 * into coefficients for each channel, with which a second pass writes the result. With enough images one thread takes an
 * image through both passes while it is in its cache; with few, the slabs of each pass are shared out. The sums, and so
 * the bits, are the same either way.
 */
public final class SimdNorm implements NormKernel {
    /** Elements of a slab, at least and at most: 128 to 512 KiB of x. */
    private static final int SMALLEST_SLAB = 1 << 15;

    private static final int LARGEST_SLAB = 1 << 17;

    /** Slabs of an image, so that there are enough to share, if they do not become too small. */
    private static final int SLABS = 8;

    private final ThreadLocal<NormScratch> scratch = ThreadLocal.withInitial(NormScratch::new);
    private final SimdLayerNorm layer = new SimdLayerNorm(scratch);

    /** Creates the kernel; any number of threads may use it at once. */
    public SimdNorm() {}

    @Override
    public void forward(
            Workers workers,
            NormGeometry g,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] y,
            int yOffset,
            float[] mean,
            float[] rstd) {
        if (g.positions() == 1 && g.groups() == 1) {
            layer.forward(workers, g, x, xOffset, gamma, beta, y, yOffset, mean, rstd);
            return;
        }
        int channels = g.channels();
        Slabs slabs = Slabs.of(g);
        double[] sums = scratch.get().sums(g.batch() * slabs.count() * NormFold.SUMS * channels);
        float[] coefficients = scratch.get().coefficients(g.batch() * NormFold.COEFFICIENTS * channels);
        run(
                workers,
                g,
                slabs,
                slab -> NormLoops.moments(
                        channels,
                        slabs.positions(slab),
                        x,
                        xOffset + slabs.start(slab),
                        sums,
                        slab * NormFold.SUMS * channels,
                        scratch.get()),
                n -> NormFold.forward(g, slabs, n, sums, gamma, beta, mean, rstd, coefficients),
                slab -> {
                    int start = slabs.start(slab);
                    NormLoops.apply(
                            g.activation(),
                            channels,
                            slabs.positions(slab),
                            x,
                            xOffset + start,
                            coefficients,
                            slab / slabs.count() * NormFold.COEFFICIENTS * channels,
                            y,
                            yOffset + start,
                            scratch.get());
                });
    }

    @Override
    public void backward(
            Workers workers,
            NormGeometry g,
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
            float[] dBeta) {
        if (g.positions() == 1 && g.groups() == 1) {
            layer.backward(workers, g, x, xOffset, gamma, beta, mean, rstd, dy, dyOffset, dx, dxOffset, dGamma, dBeta);
            return;
        }
        int channels = g.channels();
        Slabs slabs = Slabs.of(g);
        double[] sums = scratch.get().sums(g.batch() * slabs.count() * NormFold.SUMS * channels);
        float[] coefficients = scratch.get().coefficients(g.batch() * NormFold.COEFFICIENTS * channels);
        for (int n = 0; n < g.batch(); n++) {
            NormFold.recompute(g, n, gamma, beta, mean, rstd, coefficients);
        }
        // The gradient before the activation waits in dx; without an activation it is dy.
        boolean plain = g.activation() == Activation.NONE;
        float[] gradient = plain ? dy : dx;
        int gradientOffset = plain ? dyOffset : dxOffset;
        run(
                workers,
                g,
                slabs,
                slab -> {
                    int start = slabs.start(slab);
                    int image = slab / slabs.count() * NormFold.COEFFICIENTS * channels;
                    NormLoops.gradientSums(
                            g.activation(),
                            channels,
                            slabs.positions(slab),
                            x,
                            xOffset + start,
                            dy,
                            dyOffset + start,
                            dx,
                            dxOffset + start,
                            coefficients,
                            image,
                            sums,
                            slab * NormFold.SUMS * channels,
                            scratch.get().chunk(2 * channels));
                },
                n -> NormFold.backward(g, slabs, n, sums, gamma, rstd, coefficients),
                slab -> {
                    int start = slabs.start(slab);
                    NormLoops.applyGradient(
                            channels,
                            slabs.positions(slab),
                            x,
                            xOffset + start,
                            gradient,
                            gradientOffset + start,
                            coefficients,
                            slab / slabs.count() * NormFold.COEFFICIENTS * channels,
                            dx,
                            dxOffset + start);
                });
        NormFold.parameterGradients(g, slabs, sums, rstd, dGamma, dBeta);
    }

    /** Runs the first pass over the slabs, the fold over the images and the second pass over the slabs. */
    private static void run(
            Workers workers, NormGeometry g, Slabs slabs, IntConsumer first, IntConsumer fold, IntConsumer second) {
        int images = g.batch();
        if (slabs.count() == 1 || workers.threads() == 1 || images >= 4 * workers.threads()) {
            Blocks.run(workers, images, Blocks.rows(g.positions() * g.channels()), (from, to) -> {
                for (int n = from; n < to; n++) {
                    for (int s = 0; s < slabs.count(); s++) {
                        first.accept(n * slabs.count() + s);
                    }
                    fold.accept(n);
                    for (int s = 0; s < slabs.count(); s++) {
                        second.accept(n * slabs.count() + s);
                    }
                }
            });
            return;
        }
        workers.run(images * slabs.count(), first);
        workers.run(images, fold);
        // Backwards, because the last slabs are still in the cache.
        int last = images * slabs.count() - 1;
        workers.run(images * slabs.count(), slab -> second.accept(last - slab));
    }

    /**
     * How the images are cut; slabs are numbered through the whole batch.
     *
     * @param count slabs of one image
     * @param size positions of all slabs but the last
     * @param imagePositions positions of an image
     */
    record Slabs(int count, int size, int imagePositions, int channels) {
        static Slabs of(NormGeometry g) {
            int elements = Math.clamp(g.positions() * g.channels() / SLABS, SMALLEST_SLAB, LARGEST_SLAB);
            int size = Math.clamp(elements / g.channels(), 1, g.positions());
            return new Slabs(Blocks.count(g.positions(), size), size, g.positions(), g.channels());
        }

        /** Positions of a slab. */
        int positions(int slab) {
            return Math.min(size, imagePositions - slab % count * size);
        }

        /** Where a slab begins, in elements of the batch. */
        int start(int slab) {
            return (slab / count * imagePositions + slab % count * size) * channels;
        }
    }
}
