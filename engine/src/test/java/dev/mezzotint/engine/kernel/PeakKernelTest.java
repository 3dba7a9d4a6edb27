package dev.mezzotint.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.scalar.ScalarPeak;
import dev.mezzotint.engine.kernel.simd.SimdPeak;
import dev.mezzotint.engine.parallel.Workers;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeakKernelTest {
    @Test
    void everyRoundIsAMultiplyAddOfEveryLane() {
        for (PeakKernel kernel : List.of(new ScalarPeak(), new SimdPeak())) {
            for (int rounds : new int[] {0, 1, 20_000, 32_768}) {
                double expected = (double) rounds * (kernel.flopsPerRound() / 2) / (1 << 20);
                assertEquals(expected, kernel.run(rounds), kernel.getClass().getSimpleName());
            }
        }
    }

    @Test
    void measuresMoreThanATenthOfAGigaflop() {
        try (Workers workers = Workers.of(2)) {
            double peak = new ScalarPeak().measure(workers);
            assertTrue(peak > 0.1 && peak < 1e6, () -> "peak is " + peak);
        }
    }
}
