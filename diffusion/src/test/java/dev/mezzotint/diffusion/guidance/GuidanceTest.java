package dev.mezzotint.diffusion.guidance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mezzotint.diffusion.sampler.Progress;
import org.junit.jupiter.api.Test;

class GuidanceTest {
    private static final float[] UNCONDITIONAL = {1, 2, -3};
    private static final float[] CONDITIONAL = {2, 2, -5};

    @Test
    void scaleExtrapolatesFromUnconditionalToConditional() {
        float[] out = new float[3];
        Guidance.combine(UNCONDITIONAL, CONDITIONAL, 7.5, out);
        assertArrayEquals(new float[] {8.5f, 2, -18}, out);
        Guidance.combine(UNCONDITIONAL, CONDITIONAL, 0, out);
        assertArrayEquals(UNCONDITIONAL, out);
        Guidance.combine(UNCONDITIONAL, CONDITIONAL, 1, out);
        assertArrayEquals(CONDITIONAL, out);
    }

    @Test
    void conditionsAddUp() {
        float[] predictions = {1, 2, /* */ 2, 2, /* */ 1, 5};
        float[] out = new float[2];
        Guidance.combine(predictions, new double[] {3, -2}, out);
        assertArrayEquals(new float[] {4, -4}, out);
        assertThrows(IllegalArgumentException.class, () -> Guidance.combine(predictions, new double[3], out));
        assertThrows(IllegalArgumentException.class, () -> Guidance.combine(new float[3], new float[2], 1, out));
    }

    @Test
    void rescaleRestoresTheSpreadOfEachExample() {
        float[] conditional = {9, 9, 1, -1, 2, -2};
        float[] guided = {4, -4, 3, -3};
        float[] full = guided.clone();
        Guidance.rescale(full, conditional, 2, 2, 1);
        assertArrayEquals(new float[] {1, -1, 2, -2}, full, 1e-6f);
        float[] half = guided.clone();
        Guidance.rescale(half, conditional, 2, 2, 0.5);
        assertArrayEquals(new float[] {2.5f, -2.5f, 2.5f, -2.5f}, half, 1e-6f);
        float[] constant = {3, 3, 0, 0};
        Guidance.rescale(constant, conditional, 2, 2, 1);
        assertArrayEquals(new float[] {3, 3, 0, 0}, constant);
        assertThrows(IllegalArgumentException.class, () -> Guidance.rescale(guided, conditional, 2, 2, 1.5));
        assertThrows(IllegalArgumentException.class, () -> Guidance.rescale(guided, conditional, 3, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> Guidance.rescale(guided, conditional, 2, 3, 1));
    }

    @Test
    void scalesFollowTheRun() {
        Progress first = new Progress(0, 5, 999, Double.POSITIVE_INFINITY);
        Progress second = new Progress(1, 5, 800, 6);
        Progress middle = new Progress(2, 5, 500, 1.5);
        Progress last = new Progress(4, 5, 1, 0.03);
        assertEquals(7.5, GuidanceScale.of(7.5).at(middle));
        GuidanceScale linear = new GuidanceScale.Linear(10, 2);
        assertEquals(10, linear.at(first));
        assertEquals(8, linear.at(second));
        assertEquals(2, linear.at(last));
        GuidanceScale cosine = new GuidanceScale.Cosine(10, 2);
        assertEquals(10, cosine.at(first));
        assertEquals(10 - 4 * (1 - Math.sqrt(0.5)), cosine.at(second), 1e-12);
        assertEquals(6, cosine.at(middle), 1e-12);
        assertEquals(2, cosine.at(last), 1e-12);
        GuidanceScale interval = new GuidanceScale.Interval(linear, 0.03, 6);
        assertEquals(1, interval.at(first));
        assertEquals(8, interval.at(second));
        assertEquals(1, interval.at(last));
    }

    @Test
    void scalesOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> GuidanceScale.of(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new GuidanceScale.Linear(1, Double.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> new GuidanceScale.Cosine(Double.NaN, 1));
        GuidanceScale one = GuidanceScale.of(1);
        assertThrows(IllegalArgumentException.class, () -> new GuidanceScale.Interval(one, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> new GuidanceScale.Interval(one, -1, 2));
        assertThrows(IllegalArgumentException.class, () -> new GuidanceScale.Interval(one, Double.NaN, 2));
    }
}
