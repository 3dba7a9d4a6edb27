package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingLoopTest {
    private static final BatchShape SHAPE = new BatchShape(1, 8);
    private static final SchedulerConfig CONFIG = SchedulerConfig.stableDiffusion();
    private static final NoiseSource ONES = destination -> Arrays.fill(destination, 1);

    @Test
    void everyStepIsReportedInOrder() {
        List<String> told = new ArrayList<>();
        float[] x = new float[8];
        loop((input, at, out) -> Arrays.fill(out, 0.1f))
                .sample(x, ONES, (done, sample) -> told.add(done.describe() + " " + done.fraction()));
        assertEquals(
                List.of(
                        "step 1 of 5 (timestep 801) 0.0",
                        "step 2 of 5 (timestep 601) 0.25",
                        "step 3 of 5 (timestep 401) 0.5",
                        "step 4 of 5 (timestep 201) 0.75",
                        "step 5 of 5 (timestep 1) 1.0"),
                told);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void nonFinitePredictionNamesTheStep(float bad) {
        Denoiser breaking = (input, at, out) -> {
            Arrays.fill(out, 0.1f);
            out[5] = at.evaluation() == 2 ? bad : 0;
        };
        String message = assertThrows(
                        NonFiniteException.class, () -> loop(breaking).sample(new float[8], ONES, (done, sample) -> {}))
                .getMessage();
        assertTrue(message.contains("prediction became non-finite at step 3 of 5 (timestep 401)"), message);
    }

    @Test
    void nonFiniteLatentNamesTheStep() {
        Denoiser huge = (input, at, out) -> Arrays.fill(out, Float.MAX_VALUE);
        String message = assertThrows(
                        NonFiniteException.class, () -> loop(huge).sample(new float[8], ONES, (done, sample) -> {}))
                .getMessage();
        assertTrue(message.contains("the latent became non-finite at step 1 of 5 (timestep 801)"), message);
    }

    @Test
    void loopMayRunAgain() {
        SamplingLoop loop = loop((input, at, out) -> {
            for (int i = 0; i < out.length; i++) {
                out[i] = input[i] / 2;
            }
        });
        float[] first = new float[8];
        float[] second = new float[8];
        loop.sample(first, ONES, (done, sample) -> {});
        loop.sample(second, ONES, (done, sample) -> {});
        assertArrayEquals(first, second);
        assertThrows(IllegalArgumentException.class, () -> loop.denoise(first, 5, ONES, (done, sample) -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.denoise(new float[7], 0, ONES, (done, sample) -> {}));
    }

    private static SamplingLoop loop(Denoiser denoiser) {
        return new SamplingLoop(CONFIG.kind().create(CONFIG, 5, SHAPE), denoiser, SHAPE);
    }
}
