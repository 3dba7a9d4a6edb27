package dev.mezzotint.diffusion.schedule;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How the variances β_t of the forward process grow over the training timesteps. Labels are those of diffusers. */
public enum BetaSchedule {
    /** β grows linearly from start to end (Ho et al. 2020, section 4). */
    LINEAR("linear") {
        @Override
        float[] betas(int count, double start, double end) {
            return linspace((float) start, (float) end, count);
        }
    },
    /** √β grows linearly: the schedule of latent diffusion and Stable Diffusion (Rombach et al. 2022). */
    SCALED_LINEAR("scaled_linear") {
        @Override
        float[] betas(int count, double start, double end) {
            float[] betas = linspace((float) Math.sqrt(start), (float) Math.sqrt(end), count);
            for (int t = 0; t < count; t++) {
                betas[t] *= betas[t];
            }
            return betas;
        }
    },
    /** ᾱ follows a squared cosine, β capped at 0.999 (Nichol and Dhariwal 2021, eq. 17); start and end are unused. */
    SQUAREDCOS_CAP_V2("squaredcos_cap_v2") {
        @Override
        float[] betas(int count, double start, double end) {
            float[] betas = new float[count];
            for (int t = 0; t < count; t++) {
                double ratio = cosineAlphaBar((t + 1.0) / count) / cosineAlphaBar((double) t / count);
                betas[t] = (float) Math.min(1 - ratio, 0.999);
            }
            return betas;
        }
    };

    private final String label;

    BetaSchedule(String label) {
        this.label = label;
    }

    /** The name that diffusers writes in {@code scheduler_config.json}. */
    public String label() {
        return label;
    }

    /**
     * Reads diffusers' name.
     *
     * @throws IllegalArgumentException naming the schedules that are known
     */
    public static BetaSchedule ofLabel(String label) {
        return Arrays.stream(values())
                .filter(schedule -> schedule.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("beta_schedule \"" + label + "\" is not known; use "
                        + Arrays.stream(values()).map(BetaSchedule::label).collect(Collectors.joining(", "))));
    }

    /** β of each training timestep in float32, the precision in which published models were trained. */
    abstract float[] betas(int count, double start, double end);

    /** ᾱ(t) for t in [0, 1]: eq. 17 of Nichol and Dhariwal with s = 0.008. */
    private static double cosineAlphaBar(double t) {
        double cosine = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /** As torch.linspace in float32, which counts from both ends towards the middle. */
    private static float[] linspace(float start, float end, int count) {
        float[] values = new float[count];
        float step = count == 1 ? 0 : (end - start) / (count - 1);
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 || count == 1 ? start + step * i : end - step * (count - 1 - i);
        }
        return values;
    }
}
