package dev.mezzotint.diffusion.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimestepSpacingTest {
    /** Expected values computed with numpy by the expressions of diffusers. */
    @Test
    void timestepsAreThoseOfDiffusers() {
        assertArrayEquals(new int[] {856, 714, 572, 430, 288, 146, 4}, TimestepSpacing.LEADING.timesteps(1000, 7, 4));
        assertArrayEquals(
                new int[] {999, 856, 713, 570, 428, 285, 142}, TimestepSpacing.TRAILING.timesteps(1000, 7, 0));
        assertArrayEquals(new int[] {999, 832, 666, 500, 333, 166, 0}, TimestepSpacing.LINSPACE.timesteps(1000, 7, 0));
        assertArrayEquals(new int[] {1}, TimestepSpacing.LEADING.timesteps(1000, 1, 1));
        assertArrayEquals(new int[] {999}, TimestepSpacing.TRAILING.timesteps(1000, 1, 1));
        assertArrayEquals(new int[] {0}, TimestepSpacing.LINSPACE.timesteps(1000, 1, 1));
    }

    @ParameterizedTest
    @EnumSource(TimestepSpacing.class)
    void everyNumberOfStepsFallsWithinTheSchedule(TimestepSpacing spacing) {
        for (int steps = 1; steps <= 1000; steps++) {
            int[] timesteps = spacing.timesteps(1000, steps, 0);
            assertEquals(steps, timesteps.length);
            for (int i = 0; i < steps; i++) {
                assertTrue(timesteps[i] >= 0 && timesteps[i] < 1000);
                assertTrue(i == 0 || timesteps[i] < timesteps[i - 1], "not falling with " + steps + " steps");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TimestepSpacing.class)
    void numberOfStepsOutOfRangeIsRefused(TimestepSpacing spacing) {
        assertThrows(IllegalArgumentException.class, () -> spacing.timesteps(1000, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> spacing.timesteps(1000, 1001, 0));
        assertEquals(spacing, TimestepSpacing.ofLabel(spacing.label()));
    }

    @Test
    void fractionsAreKeptOfLinspaceAlone() {
        double[] expected = {999, (float) 799.2, (float) 599.4, (float) 399.6, (float) 199.8, 0};
        assertArrayEquals(expected, TimestepSpacing.LINSPACE.fractionalTimesteps(1000, 6, 0));
        assertArrayEquals(new double[] {751, 501, 251, 1}, TimestepSpacing.LEADING.fractionalTimesteps(1000, 4, 1));
        assertArrayEquals(new double[] {999, 499}, TimestepSpacing.TRAILING.fractionalTimesteps(1000, 2, 0));
        assertArrayEquals(new double[] {0}, TimestepSpacing.LINSPACE.fractionalTimesteps(1000, 1, 0));
    }

    @Test
    void theLastTimestepMayBeLeftOut() {
        assertArrayEquals(
                new int[] {999, 799, 599, 400, 200}, TimestepSpacing.LINSPACE.timestepsBeforeLast(1000, 5, 0));
        assertArrayEquals(new int[] {801, 601, 401, 201}, TimestepSpacing.LEADING.timestepsBeforeLast(1000, 4, 1));
        assertArrayEquals(new int[] {999, 749, 499, 249}, TimestepSpacing.TRAILING.timestepsBeforeLast(1000, 4, 0));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> TimestepSpacing.LINSPACE.timestepsBeforeLast(1000, 1000, 0))
                .getMessage();
        assertTrue(message.contains("1000") && message.contains("999"), message);
    }

    @Test
    void offsetBeyondTheLastTimestepIsRefused() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> TimestepSpacing.LEADING.timesteps(1000, 1000, 1))
                .getMessage();
        assertTrue(message.contains("steps_offset 1"), message);
        assertThrows(IllegalArgumentException.class, () -> TimestepSpacing.ofLabel("karras"));
    }
}
