package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tensors made of others, and tensors that are drawn: any rows are the same as those of the whole. */
class StoredViewsTest {
    private static StoredTensor random(int... shape) {
        return new RandomTensor("random", DType.F16, shape, RandomTensor.seed(1, Arrays.toString(shape)), 0.5f, 2);
    }

    private static void assertRowsAreThoseOfTheWhole(StoredTensor tensor) throws IOException {
        float[] whole = tensor.floats();
        int length = tensor.rowLength();
        try (StoredTensor.Rows rows = tensor.open()) {
            for (int from = 0; from <= tensor.rows(); from++) {
                for (int to = from; to <= tensor.rows(); to++) {
                    float[] some = new float[(to - from) * length + 3];
                    rows.read(from, to, some, 3);
                    assertArrayEquals(
                            Arrays.copyOfRange(whole, from * length, to * length),
                            Arrays.copyOfRange(some, 3, some.length));
                }
            }
        }
    }

    @Test
    void drawnRowsDependOnTheirPlaceAlone() throws IOException {
        StoredTensor tensor = random(7, 3, 5);
        assertRowsAreThoseOfTheWhole(tensor);
        double sum = 0;
        float[] values = random(100, 100).floats();
        for (float value : values) {
            assertTrue(value >= -1.5 && value < 2.5, () -> "drawn: " + value);
            sum += value;
        }
        // The mean of 10,000 numbers of deviation 2/√3 has a deviation of 0.0115.
        assertEquals(0.5, sum / values.length, 0.05);
    }

    @Test
    void tensorsOneBelowTheOther() throws IOException {
        StoredTensor first = random(2, 3);
        StoredTensor second = random(1, 3);
        StoredTensor third = random(4, 3);
        StoredTensor all = new Concatenated(List.of(first, second, third));
        assertArrayEquals(new int[] {7, 3}, all.shape());
        float[] values = all.floats();
        assertArrayEquals(first.floats(), Arrays.copyOfRange(values, 0, 6));
        assertArrayEquals(second.floats(), Arrays.copyOfRange(values, 6, 9));
        assertArrayEquals(third.floats(), Arrays.copyOfRange(values, 9, 21));
        assertRowsAreThoseOfTheWhole(all);
        assertThrows(IllegalArgumentException.class, () -> new Concatenated(List.of(first, random(2, 4))));
    }

    @Test
    void convolutionsOfOnePixelAreLinear() throws IOException {
        StoredTensor matrix = random(4, 3);
        StoredTensor convolution = Reshaped.pointwise(matrix);
        assertArrayEquals(new int[] {4, 3, 1, 1}, convolution.shape());
        assertArrayEquals(new int[] {4, 3}, Reshaped.linear(convolution).shape());
        assertArrayEquals(matrix.floats(), Reshaped.linear(convolution).floats());
        StoredTensor vector = random(4);
        assertSame(vector, Reshaped.pointwise(vector));
        assertSame(matrix, Reshaped.linear(matrix));
        assertThrows(IllegalArgumentException.class, () -> new Reshaped(matrix, new int[] {3, 4}));
    }
}
