package dev.mezzotint.diffusion.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.sampler.GoldenCase;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseScheduleTest {
    private static final NoiseSchedule SD = new NoiseSchedule(NoiseScheduleConfig.stableDiffusion());

    @Test
    void forwardProcessIsThatOfDiffusers() throws IOException {
        GoldenCase golden = GoldenCase.read("add_noise");
        float[] alphasCumprod = golden.floats("alphas_cumprod");
        float[] x0 = golden.floats("x0");
        float[] noise = golden.floats("noise");
        int[] t = golden.integers("timesteps");
        float[] out = new float[x0.length];

        assertEquals(alphasCumprod.length, SD.numTrainTimesteps());
        for (int i = 0; i < alphasCumprod.length; i++) {
            assertEquals(alphasCumprod[i], SD.alphaCumprod(i), 1e-6 * alphasCumprod[i], "timestep " + i);
        }
        SD.addNoise(x0, noise, t, out);
        assertTrue(GoldenCase.relativeError(golden.floats("noisy"), out) < 1e-6);
        SD.velocity(x0, noise, t, out);
        assertTrue(GoldenCase.relativeError(golden.floats("velocity"), out) < 1e-6);
    }

    @ParameterizedTest
    @EnumSource(BetaSchedule.class)
    void signalFallsFromNearlyAllToNearlyNone(BetaSchedule betas) {
        NoiseSchedule schedule =
                new NoiseSchedule(new NoiseScheduleConfig(1000, 0.0001, 0.02, betas, List.of(), false));
        assertTrue(schedule.alphaCumprod(0) > 0.999);
        assertTrue(schedule.alphaCumprod(999) < 0.01);
        for (int t = 1; t < 1000; t++) {
            assertTrue(schedule.alphaCumprod(t) < schedule.alphaCumprod(t - 1), "timestep " + t);
            assertTrue(schedule.snr(t) < schedule.snr(t - 1), "timestep " + t);
            assertEquals(
                    schedule.alphaCumprod(t),
                    schedule.alphaCumprod(t - 1) * (1 - schedule.beta(t)),
                    2e-7 * schedule.alphaCumprod(t - 1));
        }
    }

    @Test
    void rescaledScheduleEndsInPureNoiseAndBeginsAsBefore() {
        NoiseSchedule rescaled = new NoiseSchedule(
                new NoiseScheduleConfig(1000, 0.00085, 0.012, BetaSchedule.SCALED_LINEAR, List.of(), true));
        assertEquals(0, rescaled.alphaCumprod(999));
        assertEquals(0, rescaled.snr(999));
        assertEquals(1, rescaled.beta(999));
        assertEquals(SD.alphaCumprod(0), rescaled.alphaCumprod(0), 1e-6);
        assertTrue(rescaled.alphaCumprod(500) < SD.alphaCumprod(500));
    }

    @Test
    void trainedBetasStandInThePlaceOfTheFormula() {
        NoiseSchedule schedule = new NoiseSchedule(
                new NoiseScheduleConfig(3, 0.1, 0.2, BetaSchedule.LINEAR, List.of(0.5, 0.25, 0.125), false));
        assertEquals(0.5, schedule.alphaCumprod(0));
        assertEquals(0.375, schedule.alphaCumprod(1));
        assertEquals(0.328125, schedule.alphaCumprod(2));
        assertEquals(0.375 / 0.625, schedule.snr(1), 1e-15);
    }

    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void modelThatHitsItsTargetRevealsSampleAndNoise(PredictionType type) {
        float[] x0 = {0.5f, -1.25f, 2, 0.125f};
        float[] noise = {-0.75f, 1.5f, 0.25f, -2};
        int[] t = {420};
        float[] x = new float[4];
        float[] target = new float[4];
        float[] out = new float[4];
        SD.addNoise(x0, noise, t, x);
        type.target(SD, x0, noise, t, target);
        type.original(x, target, SD.alphaCumprod(420), out);
        assertArrayEquals(x0, out, 1e-5f);
        type.noise(x, target, SD.alphaCumprod(420), out);
        assertArrayEquals(noise, out, 1e-5f);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1000})
    void timestepOutsideTheScheduleIsRefused(int t) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> SD.alphaCumprod(t));
        assertTrue(refusal.getMessage().contains("timestep " + t), refusal.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> SD.addNoise(new float[2], new float[2], new int[] {t}, new float[2]));
    }

    @Test
    void lengthsThatDoNotFitAreRefused() {
        int[] t = {1, 2};
        assertThrows(IllegalArgumentException.class, () -> SD.addNoise(new float[3], new float[3], t, new float[3]));
        assertThrows(IllegalArgumentException.class, () -> SD.velocity(new float[4], new float[2], t, new float[4]));
        assertThrows(
                IllegalArgumentException.class,
                () -> PredictionType.SAMPLE.noise(new float[4], new float[2], 0.5, new float[4]));
    }

    @Test
    void valuesOutOfRangeAreRefusedByName() {
        refused("beta_start", () -> config(1000, 0, 0.02, List.of(), false));
        refused("beta_end", () -> config(1000, 0.1, Double.NaN, List.of(), false));
        refused("num_train_timesteps", () -> config(0, 0.1, 0.2, List.of(), false));
        refused("trained_betas[1]", () -> config(2, 0.1, 0.2, List.of(0.1, 1.5), false));
        refused("trained_betas", () -> config(3, 0.1, 0.2, List.of(0.1, 0.2), false));
        refused("rescale_betas_zero_snr", () -> config(1, 0.1, 0.2, List.of(), true));
        refused("\"sigmoid\"", () -> BetaSchedule.ofLabel("sigmoid"));
        refused("\"v\"", () -> PredictionType.ofLabel("v"));
        refused("epsilon", () -> PredictionType.EPSILON.original(new float[1], new float[1], 0, new float[1]));
    }

    private static void config(int timesteps, double start, double end, List<Double> trained, boolean rescale) {
        new NoiseScheduleConfig(timesteps, start, end, BetaSchedule.LINEAR, trained, rescale);
    }

    private static void refused(String name, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(name), message);
    }
}
