package dev.mezzotint.diffusion.model.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpsampleTest {
    private final Parameters parameters = Parameters.create();
    private final Upsample upsample = new Upsample(parameters, 2);

    UpsampleTest() {
        parameters.initialize(new TorchGenerator(1));
    }

    private Tensor enlarged(int height, int width) {
        Tensor x = Tensor.of(new TorchGenerator(2).randn(3 * 4 * 2), 1, 3, 4, 2);
        return upsample.consume(Tape.inference(Compute.best()), x, height, width)
                .copy();
    }

    /** Away from the new edge nothing changes, and the edge is that of the smaller picture. */
    @ParameterizedTest
    @CsvSource({"5, 8", "6, 7", "5, 7", "6, 8"})
    void anOddLevelAboveLeavesOutTheLastRowOrColumn(int height, int width) {
        Tensor whole = enlarged(6, 8);
        Tensor cut = enlarged(height, width);
        assertEquals(height, cut.size(1));
        assertEquals(width, cut.size(2));
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 6; x++) {
                for (int c = 0; c < 2; c++) {
                    assertEquals(whole.get((y * 8 + x) * 2 + c), cut.get((y * width + x) * 2 + c), 1e-6f);
                }
            }
        }
    }

    @Test
    void withoutASizeItDoubles() {
        Tensor x = Tensor.zeros(2, 3, 4, 2);
        assertEquals(
                "2×6×8×2",
                upsample.consume(Tape.inference(Compute.best()), x).shape().toString());
    }
}
