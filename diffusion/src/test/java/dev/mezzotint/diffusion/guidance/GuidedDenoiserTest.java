package dev.mezzotint.diffusion.guidance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mezzotint.diffusion.sampler.BatchShape;
import dev.mezzotint.diffusion.sampler.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuidedDenoiserTest {
    private static final BatchShape SHAPE = new BatchShape(2, 3);
    private static final float[] X = {1, 2, 3, 4, 5, 6};

    private final List<String> calls = new ArrayList<>();

    /** Condition c predicts (c + 1) · x; the call is noted. */
    private void model(float[] x, int firstCondition, int conditions, double timestep, float[] out) {
        calls.add(firstCondition + "+" + conditions + " at " + timestep);
        for (int c = 0; c < conditions; c++) {
            for (int i = 0; i < SHAPE.size(); i++) {
                out[c * SHAPE.size() + i] = (firstCondition + c + 1) * x[i];
            }
        }
    }

    @Test
    void bothSidesAreOneBatch() {
        assertArrayEquals(new float[] {4, 8, 12, 16, 20, 24}, predict(0, GuidanceScale.of(3)));
        assertEquals(List.of("0+2 at 640.0"), calls);
    }

    @Test
    void scaleOneNeedsTheConditionAlone() {
        assertArrayEquals(new float[] {2, 4, 6, 8, 10, 12}, predict(0, GuidanceScale.of(1)));
        assertEquals(List.of("1+1 at 640.0"), calls);
    }

    @Test
    void scaleZeroNeedsNoCondition() {
        assertArrayEquals(X, predict(0, GuidanceScale.of(0)));
        assertEquals(List.of("0+1 at 640.0"), calls);
    }

    @Test
    void outsideItsIntervalNothingGuides() {
        predict(0, new GuidanceScale.Interval(GuidanceScale.of(5), 0.5, 1));
        predict(0, new GuidanceScale.Interval(GuidanceScale.of(5), 0.5, 3));
        assertEquals(List.of("1+1 at 640.0", "0+2 at 640.0"), calls);
    }

    @Test
    void severalConditionsAreOneBatch() {
        // 1 + 2 · (2 − 1) − 0.5 · (3 − 1) = 2
        float[] out = predict(0, GuidanceScale.of(2), GuidanceScale.of(-0.5));
        assertArrayEquals(new float[] {2, 4, 6, 8, 10, 12}, out);
        assertEquals(List.of("0+3 at 640.0"), calls);
    }

    @Test
    void rescaleBringsBackTheSpreadOfTheCondition() {
        assertArrayEquals(new float[] {2, 4, 6, 8, 10, 12}, predict(1, GuidanceScale.of(9)), 1e-5f);
    }

    @Test
    void badValuesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> predict(0));
        assertThrows(IllegalArgumentException.class, () -> predict(-0.1, GuidanceScale.of(2)));
        GuidedDenoiser denoiser = new GuidedDenoiser(this::model, List.of(GuidanceScale.of(2)), 0, SHAPE);
        Progress at = new Progress(0, 1, 1, 1);
        assertThrows(IllegalArgumentException.class, () -> denoiser.predict(new float[5], at, new float[5]));
    }

    private float[] predict(double rescale, GuidanceScale... scales) {
        float[] out = new float[SHAPE.size()];
        new GuidedDenoiser(this::model, List.of(scales), rescale, SHAPE).predict(X, new Progress(6, 20, 640, 2), out);
        return out;
    }
}
