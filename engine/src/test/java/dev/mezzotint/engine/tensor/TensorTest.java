package dev.mezzotint.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.shape.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
    private static Tensor counting(int... sizes) {
        Tensor tensor = Tensor.zeros(sizes);
        for (int i = 0; i < tensor.length(); i++) {
            tensor.data()[i] = i;
        }
        return tensor;
    }

    @Test
    void imagesChangeTheirLayout() {
        Tensor last = counting(2, 3, 4, 5);
        Tensor first = last.toChannelsFirst();
        assertEquals(Shape.of(2, 5, 3, 4), first.shape());
        for (int n = 0; n < 2; n++) {
            for (int c = 0; c < 5; c++) {
                for (int y = 0; y < 3; y++) {
                    for (int x = 0; x < 4; x++) {
                        assertEquals(last.get(((n * 3 + y) * 4 + x) * 5 + c), first.get(((n * 5 + c) * 3 + y) * 4 + x));
                    }
                }
            }
        }
        assertArrayEquals(last.data(), first.toChannelsLast().data());
    }

    @Test
    void reshapeSharesAndCopyDoesNot() {
        Tensor x = counting(2, 6);
        assertSame(x.data(), x.reshape(3, 4).data());
        assertNotSame(x.data(), x.copy().data());
        assertArrayEquals(x.data(), x.copy().data());
    }

    @Test
    void permutesByAnyOrder() {
        int[][] orders = {
            {0, 1, 2, 3}, {0, 3, 1, 2}, {0, 2, 3, 1}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}, {0, 2, 1, 3}
        };
        for (Shape shape :
                List.of(Shape.of(2, 3, 4, 5), Shape.of(1, 40, 1, 33), Shape.of(3, 1, 17, 1), Shape.of(1, 1, 1, 1))) {
            Tensor x = Tensor.of(new float[shape.length()], shape);
            for (int i = 0; i < x.length(); i++) {
                x.data()[i] = i;
            }
            for (int[] order : orders) {
                Tensor y = Layouts.permute(x, order);
                int[] index = new int[4];
                for (int i = 0; i < y.length(); i++) {
                    int rest = i;
                    for (int d = 3; d >= 0; d--) {
                        index[order[d]] = rest % y.size(d);
                        rest /= y.size(d);
                    }
                    int source = 0;
                    for (int d = 0; d < 4; d++) {
                        source = source * x.size(d) + index[d];
                    }
                    assertEquals(source, y.get(i), "element " + i + " of " + y.shape());
                }
            }
        }
    }

    @Test
    void shapesKnowTheirSizes() {
        Shape shape = Shape.of(2, 3, 4);
        assertEquals(24, shape.length());
        assertEquals(6, shape.rows());
        assertEquals(4, shape.size(-1));
        assertEquals(2, shape.size(-3));
        assertEquals(Shape.of(2, 3, 5), shape.with(-1, 5));
        assertEquals("2×3×4", shape.toString());
        assertEquals(1, Shape.of().length());
        assertEquals(Shape.of(2, 3, 4).hashCode(), shape.hashCode());
    }

    @Test
    void refusesWhatDoesNotFit() {
        refused(() -> Tensor.of(new float[5], 2, 3), "2×3");
        refused(() -> counting(2, 3).reshape(4), "2×3");
        refused(() -> Layouts.permute(counting(2, 3), 0, 1, 2), "2×3");
        refused(() -> counting(2, 3).size(2), "2×3");
        refused(() -> counting(2, 3).size(-3), "2×3");
        refused(() -> Shape.of(2, 3).with(2, 1), "2×3");
        refused(() -> Shape.of(2, 0), "0");
        refused(() -> Shape.of(2, -1), "-1");
        refused(() -> Shape.of(65536, 65536), "65536");
        refused(() -> Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE), "array");
        assertThrows(IllegalStateException.class, () -> counting(2).item());
    }

    private static void refused(Runnable call, String named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(named), message);
    }

    @Test
    void aSurrenderedTensorKeepsItsShapeAlone() {
        float[] values = {1, 2};
        Tensor tensor = Tensor.of(values, 2);
        assertSame(values, tensor.surrender());
        assertEquals(2, tensor.length());
        assertThrows(IllegalStateException.class, tensor::data);
        assertThrows(IllegalStateException.class, tensor::surrender);
    }
}
