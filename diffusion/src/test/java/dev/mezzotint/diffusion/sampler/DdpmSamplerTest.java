package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.engine.json.Json;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DdpmSamplerTest {
    private static final BatchShape ONE = new BatchShape(1, 1);
    private static final NoiseSource ONES = destination -> Arrays.fill(destination, 1);

    /** A model of standard normal data sees x0 = √ᾱ x; then a chain with variance β_t keeps the variance of x at 1. */
    @Test
    void standardNormalDataStaysStandardNormal() {
        SchedulerConfig config = SchedulerConfig.of(
                Json.parse("{\"clip_sample\":false,\"prediction_type\":\"sample\",\"variance_type\":\"fixed_large\"}"),
                SamplerKind.DDPM);
        NoiseSchedule schedule = new NoiseSchedule(config.noise());
        Sampler sampler = new DdpmSampler(config, 50, ONE);
        for (int i = 0; i < 49; i++) {
            float signal = (float) Math.sqrt(schedule.alphaCumprod((int) sampler.timesteps()[i]));
            float[] x = {1};
            sampler.step(new float[] {signal}, i, x, destination -> Arrays.fill(destination, 0));
            double slope = x[0];
            sampler.step(new float[] {signal}, i, x = new float[] {1}, ONES);
            double sigma = x[0] - slope;
            assertEquals(1, slope * slope + sigma * sigma, 1e-5, "evaluation " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(VarianceType.class)
    void varianceIsThatOfThePosteriorOrBeta(VarianceType type) {
        double alpha = 0.4;
        double previous = 0.5;
        double beta = 0.2;
        boolean large = type == VarianceType.FIXED_LARGE || type == VarianceType.FIXED_LARGE_LOG;
        assertEquals(large ? beta : beta * 0.5 / 0.6, type.variance(alpha, previous), 1e-12);
        assertEquals(type, VarianceType.ofLabel(type.label()));
    }

    @Test
    void lastStepDrawsNothing() {
        SchedulerConfig config = SchedulerConfig.of(Json.parse("{}"), SamplerKind.DDPM);
        Sampler sampler = new DdpmSampler(config, 4, ONE);
        int[] draws = {0};
        float[] x = {0.5f};
        for (int i = 0; i < 4; i++) {
            sampler.step(new float[] {0.1f}, i, x, destination -> draws[0]++);
        }
        assertEquals(3, draws[0]);
    }

    @Test
    void dynamicThresholdingWorksOnEachExampleByItself() {
        Clipping clipping = new Clipping.Dynamic(0.5, 3);
        BatchShape shape = new BatchShape(3, 4);
        float[] x0 = {0.5f, -0.5f, 0.25f, 0.75f, -4, 2, 1, 0, 10, -10, 10, -10};
        clipping.apply(x0, shape, new float[4]);
        // percentiles 0.5, 1.5 and 10: the first counts as 1, the last as 3
        float[] expected = {0.5f, -0.5f, 0.25f, 0.75f, -1, 1, 1 / 1.5f, 0, 1, -1, 1, -1};
        assertArrayEquals(expected, x0, 1e-6f);
    }

    @Test
    void learnedAndUnknownVariancesAreRefusedByName() {
        for (String name : new String[] {"learned", "learned_range", "huge"}) {
            String message = assertThrows(IllegalArgumentException.class, () -> VarianceType.ofLabel(name))
                    .getMessage();
            assertTrue(message.contains("\"" + name + "\"") && message.contains("fixed_small"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> new Clipping.Fixed(0));
        assertThrows(IllegalArgumentException.class, () -> new Clipping.Dynamic(1.1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Clipping.Dynamic(0.9, Double.NaN));
    }
}
