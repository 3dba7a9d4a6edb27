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
    void everyChainTendsToOne() {
        for (PeakKernel kernel : List.of(new ScalarPeak(), new SimdPeak())) {
            // A round is a multiplication and an addition for each lane of each chain.
            int lanes = kernel.flopsPerRound() / 2;
            assertEquals(
                    lanes, kernel.run(20_000), 1e-3 * lanes, kernel.getClass().getSimpleName());
            // After a single round each still is what 0.999 became.
            assertEquals(lanes * (0.999 * 0.999 + 0.001), kernel.run(1), 1e-5 * lanes);
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
