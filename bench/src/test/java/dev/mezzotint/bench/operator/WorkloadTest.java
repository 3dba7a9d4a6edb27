package dev.mezzotint.bench.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WorkloadTest {
    @Test
    void everyFormIsReadAsItIsWritten() {
        for (String label :
                new String[] {"matmul-77x3072x768", "conv3x3-640-320@64", "attention-8x4096x77x40", "norm-320@64"}) {
            assertEquals(label, Workload.parse(label).label());
        }
    }

    @Test
    void workAndBytesAreThoseOfTheDirectAlgorithm() {
        assertEquals(2.0 * 77 * 3072 * 768, Workload.parse("matmul-77x3072x768").flops());
        assertEquals(
                4.0 * (77 * 768 + 768 * 3072 + 77 * 3072),
                Workload.parse("matmul-77x3072x768").bytes());
        assertEquals(
                2.0 * 9 * 640 * 320 * 64 * 64,
                Workload.parse("conv3x3-640-320@64").flops());
        assertEquals(
                4.0 * 8 * 4096 * 77 * 40,
                Workload.parse("attention-8x4096x77x40").flops());
        assertEquals(0, Workload.parse("norm-320@64").flops());
        assertEquals(8.0 * 320 * 64 * 64, Workload.parse("norm-320@64").bytes());
    }

    @Test
    void refusesWhatIsNoOperator() {
        for (String label : new String[] {"", "operator", "matmul-1x2", "conv3x3-0-1@2", "matmul-1x2x-3", "norm-64@"}) {
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> Workload.parse(label));
            assertTrue(refusal.getMessage().startsWith("'" + label + "' is no operator; write matmul-MxNxK"));
        }
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> Workload.parse("norm-33@4"));
        assertTrue(refusal.getMessage().contains("33 channels"), refusal.getMessage());
    }

    @Test
    void theEnginesOfThisProjectAgreeOnEveryForm() {
        for (String label : new String[] {"matmul-7x33x20", "conv3x3-20-9@6", "attention-2x9x5x12", "norm-32@5"}) {
            Workload workload = Workload.parse(label);
            Operands operands = Operands.of(workload);
            try (Operator simd = Engine.named("mezzotint").prepare(workload, operands, 2);
                    Operator scalar = Engine.named("scalar").prepare(workload, operands, 1)) {
                simd.run();
                scalar.run();
                float[] expected = scalar.result();
                float[] actual = simd.result();
                assertEquals(expected.length, actual.length);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-5f * (1 + Math.abs(expected[i])), label);
                }
            }
        }
    }

    @Test
    void anUnknownEngineIsRefusedWithTheNamesOfTheOthers() {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> Engine.named("abacus"));
        assertTrue(refusal.getMessage().contains("'abacus', only [mezzotint, "), refusal.getMessage());
    }
}
