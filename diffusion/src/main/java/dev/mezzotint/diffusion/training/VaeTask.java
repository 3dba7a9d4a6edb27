package dev.mezzotint.diffusion.training;

import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Trains the VAE: absolute and squared error of the picture and a slight pull of the latents towards a unit normal
 * (Rombach et al. 2022, appendix G, without the adversarial part).
 */
public final class VaeTask implements TrainingTask {
    private static final float KL_WEIGHT = 1e-6f;

    /** A batch of eight keeps four threads busy so; one example at a time would be slower. */
    private static final int EXAMPLES_A_PART = 2;

    private final Autoencoder vae;
    private final PictureStore pictures;
    private final BatchOrder order;
    private final int latentLength;

    /** A task over pictures whose size the VAE's factor divides. */
    public VaeTask(Autoencoder vae, PictureStore pictures, int batchSize, long seed) {
        this.vae = vae;
        this.pictures = pictures;
        order = new BatchOrder(pictures.count(), batchSize, seed);
        int side = pictures.size() / vae.config().factor();
        latentLength = side * side * vae.config().latentChannels();
    }

    @Override
    public String name() {
        return "vae";
    }

    @Override
    public List<Parameter> parameters() {
        return vae.parameters().list();
    }

    @Override
    public int batchSize() {
        return order.batchSize();
    }

    /**
     * A batch as it was drawn.
     *
     * @param noise what the latents are sampled with, one after the other
     */
    private record Batch(int[] indices, float[] noise) {}

    @Override
    public Tensor loss(Tape tape, long batch) {
        return loss(tape, draw(batch), 0, order.batchSize());
    }

    @Override
    public List<BatchPart> parts(long batch) {
        Batch drawn = draw(batch);
        return BatchPart.cut(order.batchSize(), EXAMPLES_A_PART, (from, to) -> tape -> loss(tape, drawn, from, to));
    }

    private Batch draw(long batch) {
        float[] noise = new float[order.batchSize() * latentLength];
        order.random(batch).normal(noise, 0, noise.length);
        return new Batch(order.indices(batch), noise);
    }

    /** What the examples {@code from} to {@code to} − 1 add to the loss, which is a mean over the batch. */
    private Tensor loss(Tape tape, Batch batch, int from, int to) {
        float share = (float) (to - from) / order.batchSize();
        Tensor x = tape.allocate(Shape.of(to - from, pictures.size(), pictures.size(), 3));
        pictures.fill(Arrays.copyOfRange(batch.indices(), from, to), x);
        Autoencoder.Posterior posterior = vae.encode(tape, x);
        Tensor logVariance = PointwiseOps.clamp(tape, posterior.logVariance(), -30, 20);
        Tensor noise = Tensor.of(
                Arrays.copyOfRange(batch.noise(), from * latentLength, to * latentLength),
                posterior.mean().shape());
        Tensor deviation = PointwiseOps.exp(tape, ArithmeticOps.affine(tape, logVariance, 0.5f, 0));
        Tensor z = ArithmeticOps.add(tape, posterior.mean(), ArithmeticOps.multiply(tape, deviation, noise));
        Tensor decoded = vae.decode(tape, z);
        float[] weights = new float[to - from];
        Arrays.fill(weights, 1f / weights.length);
        Tensor error = ArithmeticOps.add(
                tape, LossOps.absoluteError(tape, decoded, x), LossOps.squaredError(tape, decoded, x, weights));
        Tensor divergence = LossOps.klDivergence(tape, posterior.mean(), logVariance);
        Tensor sum = ArithmeticOps.add(tape, error, ArithmeticOps.affine(tape, divergence, KL_WEIGHT, 0));
        return ArithmeticOps.affine(tape, sum, share, 0);
    }
}
