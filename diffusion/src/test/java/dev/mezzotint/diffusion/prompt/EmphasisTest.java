package dev.mezzotint.diffusion.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmphasisTest {
    @Test
    void weighsAndRestoresTheMean() {
        int tokens = 7;
        int width = 5;
        int stride = 9;
        int offset = 3;
        Random random = new Random(1);
        float[] states = new float[offset + tokens * stride];
        for (int i = 0; i < states.length; i++) {
            states[i] = random.nextFloat() - 0.3f;
        }
        double[] weights = {1, 1.1, 0.5, -0.2, 1, 3, 0};
        float[] before = states.clone();
        Emphasis.apply(weights, states, offset, width, stride);

        double meanBefore = 0;
        double meanWeighted = 0;
        double meanAfter = 0;
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < width; i++) {
                int at = offset + t * stride + i;
                meanBefore += before[at];
                meanWeighted += weights[t] * before[at];
                meanAfter += states[at];
            }
        }
        assertEquals(meanBefore, meanAfter, 1e-5 * Math.abs(meanBefore));
        for (int at = 0; at < states.length; at++) {
            int place = at - offset;
            boolean inside = place >= 0 && place % stride < width;
            double expected = inside ? before[at] * weights[place / stride] * (meanBefore / meanWeighted) : before[at];
            assertEquals((float) expected, states[at], 1e-6f * Math.abs((float) expected), "at " + at);
        }
    }

    @Test
    void weightOneChangesNoBit() {
        float[] states = {0.1f, -0f, 1e-40f, 3e38f, 3e38f, 7};
        float[] expected = states.clone();
        Emphasis.apply(new double[] {1, 1, 1}, states, 0, 2, 2);
        for (int i = 0; i < states.length; i++) {
            assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(states[i]));
        }
    }

    @Test
    void aMeanOfZeroIsLetBe() {
        float[] states = {1, 2, 4, -1};
        Emphasis.apply(new double[] {2, -2}, states, 0, 2, 2);
        assertArrayEquals(new float[] {2, 4, -8, 2}, states);
        float[] all = {1, 2, 3, 4};
        Emphasis.apply(new double[] {0, 0}, all, 0, 2, 2);
        assertEquals(0, IntStream.range(0, 4).mapToDouble(i -> all[i]).sum());
    }
}
