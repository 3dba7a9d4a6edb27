package dev.mezzotint.bench.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTableTest {
    @TempDir
    private Path folder;

    private static Measurement measured(String workload, String engine, String threads, double flops, double share) {
        return new Measurement(
                OperatorTable.BENCHMARK,
                Map.of("workload", workload, "engine", engine, "threads", threads),
                1,
                "ops/ns",
                Map.of("flops", flops, "shareOfPeak", share));
    }

    @Test
    void aRowHasRatesRatiosAndTheGoal() throws IOException {
        Results results = new Results(folder.resolve("table/results.json"));
        results.add(List.of(
                measured("conv3x3-8-8@16", "mezzotint", "2", 300, 0.6),
                measured("conv3x3-8-8@16", "onnxruntime", "2", 120, 0),
                measured("conv3x3-8-8@16", "torch", "2", 100, 0)));
        List<String> lines = new OperatorTable(results).lines(List.of("conv3x3-8-8@16"), List.of("1", "2"));
        assertEquals(
                List.of(
                        "| work | threads | mezzotint | of FMA peak | onnxruntime | ratio | torch | ratio | to reach |",
                        "|---|---|---|---|---|---|---|---|---|",
                        "| conv3x3-8-8@16 | 2 | 300 | 60 % | 120 | 2.50× | 100 | 3.00× | 2.50× = 300, reached |"),
                lines);
    }

    @Test
    void withoutPeersTheirColumnsAreMissing() throws IOException {
        Results results = new Results(folder.resolve("results.json"));
        results.add(List.of(measured("matmul-8x8x8", "mezzotint", "1", 50, 0.5)));
        List<String> lines = new OperatorTable(results).lines(List.of("matmul-8x8x8"), List.of("1"));
        assertEquals("| matmul-8x8x8 | 1 | 50 | 50 % | 2.00× |", lines.getLast());
    }

    @Test
    void measurementsOutliveTheProcessAndNewOnesTakeTheirPlace() throws IOException {
        Path file = folder.resolve("results.json");
        new Results(file).add(List.of(measured("matmul-8x8x8", "mezzotint", "1", 50, 0.5)));
        new Results(file).add(List.of(measured("matmul-8x8x8", "mezzotint", "1", 60, 0.6)));
        List<Measurement> all = new Results(file).of(OperatorTable.BENCHMARK);
        assertEquals(List.of(measured("matmul-8x8x8", "mezzotint", "1", 60, 0.6)), all);
    }

    @Test
    void aBrokenFileIsRefusedByName() throws IOException {
        Path file = Files.writeString(folder.resolve("results.json"), "[{");
        Exception refusal = assertThrows(IOException.class, () -> new Results(file));
        assertTrue(refusal.getMessage().contains("results.json is not JSON"), refusal.getMessage());
    }
}
