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

    private final Autoencoder vae;
    private final PictureStore pictures;
    private final BatchOrder order;

    /** A task over pictures whose size the VAE's factor divides. */
    public VaeTask(Autoencoder vae, PictureStore pictures, int batchSize, long seed) {
        this.vae = vae;
        this.pictures = pictures;
        order = new BatchOrder(pictures.count(), batchSize, seed);
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

    @Override
    public Tensor loss(Tape tape, long batch) {
        Tensor x = tape.allocate(Shape.of(order.batchSize(), pictures.size(), pictures.size(), 3));
        pictures.fill(order.indices(batch), x);
        Autoencoder.Posterior posterior = vae.encode(tape, x);
        Tensor logVariance = PointwiseOps.clamp(tape, posterior.logVariance(), -30, 20);
        Tensor noise = tape.allocate(posterior.mean().shape());
        order.random(batch).normal(noise.data(), 0, noise.length());
        Tensor deviation = PointwiseOps.exp(tape, ArithmeticOps.affine(tape, logVariance, 0.5f, 0));
        Tensor z = ArithmeticOps.add(tape, posterior.mean(), ArithmeticOps.multiply(tape, deviation, noise));
        Tensor decoded = vae.decode(tape, z);
        float[] weights = new float[order.batchSize()];
        Arrays.fill(weights, 1f / weights.length);
        Tensor error = ArithmeticOps.add(
                tape, LossOps.absoluteError(tape, decoded, x), LossOps.squaredError(tape, decoded, x, weights));
        Tensor divergence = LossOps.klDivergence(tape, posterior.mean(), logVariance);
        return ArithmeticOps.add(tape, error, ArithmeticOps.affine(tape, divergence, KL_WEIGHT, 0));
    }
}
