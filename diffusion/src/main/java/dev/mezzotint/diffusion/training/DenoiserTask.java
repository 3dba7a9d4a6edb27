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

    @Override
    public Tensor loss(Tape tape, long batch) {
        int size = order.batchSize();
        int[] indices = order.indices(batch);
        TorchGenerator random = order.random(batch);
        Shape latent = latents.shape();
        Shape shape = Shape.of(size, latent.size(0), latent.size(1), latent.size(2));

        Tensor x0 = tape.allocate(shape);
        int[] timesteps = new int[size];
        double[] times = new double[size];
        int[][] ids = new int[size][];
        for (int n = 0; n < size; n++) {
            latents.copy(indices[n], scalingFactor, x0.data(), n * latent.length());
            timesteps[n] = random.nextInt(schedule.numTrainTimesteps());
            times[n] = timesteps[n];
            boolean dropped = random.nextFloat() < objective.conditionDropout();
            ids[n] = dropped
                    ? emptyIds
                    : tokenizer.tokenize(latents.caption(indices[n])).ids();
        }
        Tensor noise = tape.allocate(shape);
        random.normal(noise.data(), 0, noise.length());
        Tensor noisy = tape.allocate(shape);
        schedule.addNoise(x0.data(), noise.data(), timesteps, noisy.data());
        Tensor target = tape.allocate(shape);
        objective.prediction().target(schedule, x0.data(), noise.data(), timesteps, target.data());

        Tensor context = texts.encode(tape, ids);
        Tensor prediction = unet.forward(tape, noisy, times, context);
        return LossOps.squaredError(tape, prediction, target, weights(timesteps));
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
