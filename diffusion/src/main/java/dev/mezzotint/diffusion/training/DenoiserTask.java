package dev.mezzotint.diffusion.training;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Trains the denoiser (Ho et al. 2020, algorithm 1) for classifier-free guidance (Ho and Salimans 2022, algorithm 1): each
 * example gets a random timestep and noise, and a share of the captions is replaced by the empty one, so that the same
 * network learns the unconditional prediction too.
 */
public final class DenoiserTask implements TrainingTask {
    /**
     * What the denoiser learns.
     *
     * @param prediction what it predicts
     * @param conditionDropout share of examples whose caption is left out
     * @param snrLimit where the weight of nearly clean examples stops growing (Hang et al. 2023); infinity for none
     */
    public record Objective(PredictionType prediction, double conditionDropout, double snrLimit) {
        /** Refuses shares outside 0 to 1. */
        public Objective {
            if (!(conditionDropout >= 0 && conditionDropout <= 1) || !(snrLimit > 0)) {
                throw new IllegalArgumentException(
                        "training: condition dropout must be between 0 and 1 and the SNR limit positive, got "
                                + conditionDropout + " and " + snrLimit);
            }
        }
    }

    /**
     * A batch of 64 keeps four threads busy so. Fewer would stay in the cache more often, but what a step does with weights,
     * such as Winograd's transforms of their gradients, costs the same for few examples as for many.
     */
    public static final int EXAMPLES_A_PART = 16;

    private final UNet unet;
    private final ClipTextEncoder texts;
    private final Tokenizer tokenizer;
    private final LatentStore latents;
    private final float scalingFactor;
    private final NoiseSchedule schedule;
    private final Objective objective;
    private final BatchOrder order;
    private final int[] emptyIds;

    /**
     * A task over captioned latents.
     *
     * @param texts trained along if its parameters are trainable
     * @param scalingFactor what latents are multiplied by
     */
    public DenoiserTask(
            UNet unet,
            ClipTextEncoder texts,
            Tokenizer tokenizer,
            LatentStore latents,
            double scalingFactor,
            NoiseSchedule schedule,
            Objective objective,
            int batchSize,
            long seed) {
        this.unet = unet;
        this.texts = texts;
        this.tokenizer = tokenizer;
        this.latents = latents;
        this.scalingFactor = (float) scalingFactor;
        this.schedule = schedule;
        this.objective = objective;
        order = new BatchOrder(latents.count(), batchSize, seed);
        emptyIds = tokenizer.tokenize("").ids();
    }

    @Override
    public String name() {
        return "unet";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(unet.parameters().list());
        all.addAll(texts.parameters().list());
        return all;
    }

    @Override
    public int batchSize() {
        return order.batchSize();
    }

    /** A batch as it was drawn; the arrays have one value, latent or row an example. */
    private record Batch(float[] noisy, float[] target, int[] timesteps, int[][] ids, float[] weights) {}

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
        int size = order.batchSize();
        int[] indices = order.indices(batch);
        TorchGenerator random = order.random(batch);
        int length = latents.shape().length();
        float[] x0 = new float[size * length];
        int[] timesteps = new int[size];
        int[][] ids = new int[size][];
        for (int n = 0; n < size; n++) {
            latents.copy(indices[n], scalingFactor, x0, n * length);
            timesteps[n] = random.nextInt(schedule.numTrainTimesteps());
            boolean dropped = random.nextFloat() < objective.conditionDropout();
            ids[n] = dropped
                    ? emptyIds
                    : tokenizer.tokenize(latents.caption(indices[n])).ids();
        }
        float[] noise = new float[x0.length];
        random.normal(noise, 0, noise.length);
        float[] noisy = new float[x0.length];
        schedule.addNoise(x0, noise, timesteps, noisy);
        float[] target = new float[x0.length];
        objective.prediction().target(schedule, x0, noise, timesteps, target);
        return new Batch(noisy, target, timesteps, ids, weights(timesteps));
    }

    /** What the examples {@code from} to {@code to} − 1 add to the loss. */
    private Tensor loss(Tape tape, Batch batch, int from, int to) {
        Tensor context = texts.encode(tape, Arrays.copyOfRange(batch.ids(), from, to));
        double[] times =
                Arrays.stream(batch.timesteps(), from, to).asDoubleStream().toArray();
        Tensor prediction = unet.forward(tape, latents(batch.noisy(), from, to), times, context);
        float[] weights = Arrays.copyOfRange(batch.weights(), from, to);
        return LossOps.squaredError(tape, prediction, latents(batch.target(), from, to), weights);
    }

    private Tensor latents(float[] all, int from, int to) {
        Shape latent = latents.shape();
        Shape shape = Shape.of(to - from, latent.size(0), latent.size(1), latent.size(2));
        return Tensor.of(Arrays.copyOfRange(all, from * latent.length(), to * latent.length()), shape);
    }

    /**
     * The error of the sample counts min(SNR, limit) + 1 times; of the velocity that is (min(SNR, limit) + 1) / (SNR + 1).
     * Noise prediction is weighted as in Ho et al.: not at all.
     */
    private float[] weights(int[] timesteps) {
        float[] weights = new float[timesteps.length];
        Arrays.fill(weights, 1f / weights.length);
        for (int n = 0; n < weights.length; n++) {
            double snr = schedule.snr(timesteps[n]);
            double sample = Math.min(snr, objective.snrLimit()) + 1;
            weights[n] *= (float)
                    switch (objective.prediction()) {
                        case EPSILON -> 1;
                        case V_PREDICTION -> sample / (snr + 1);
                        case SAMPLE -> sample;
                    };
        }
        return weights;
    }
}
