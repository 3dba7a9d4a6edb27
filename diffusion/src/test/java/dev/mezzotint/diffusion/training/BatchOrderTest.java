package dev.mezzotint.diffusion.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    @Test
    void everyEpochShowsEachExampleOnceInAnotherOrder() {
        BatchOrder order = new BatchOrder(12, 4, 1);
        int[] last = {};
        for (int epoch = 0; epoch < 3; epoch++) {
            Set<Integer> seen = new HashSet<>();
            int[] all = new int[12];
            for (int batch = 0; batch < 3; batch++) {
                int[] indices = order.indices(epoch * 3L + batch);
                System.arraycopy(indices, 0, all, batch * 4, 4);
                Arrays.stream(indices).forEach(seen::add);
            }
            assertEquals(12, seen.size());
            assertFalse(Arrays.equals(last, all));
            last = all;
        }
    }

    @Test
    void batchFollowsFromItsNumberAlone() {
        BatchOrder forward = new BatchOrder(10, 3, 7);
        int[][] expected = new int[20][];
        for (int batch = 0; batch < 20; batch++) {
            expected[batch] = forward.indices(batch);
        }
        BatchOrder backward = new BatchOrder(10, 3, 7);
        for (int batch = 19; batch >= 0; batch--) {
            assertArrayEquals(expected[batch], backward.indices(batch));
            assertEquals(
                    forward.random(batch).nextFloat(), backward.random(batch).nextFloat());
        }
        assertFalse(Arrays.equals(expected[0], new BatchOrder(10, 3, 8).indices(0)));
    }

    @Test
    void batchesDifferInTheirRandomness() {
        BatchOrder order = new BatchOrder(10, 3, 7);
        Set<Float> seen = new HashSet<>();
        for (int batch = 0; batch < 100; batch++) {
            seen.add(order.random(batch).nextFloat());
        }
        assertEquals(100, seen.size(), 1);
    }

    @Test
    void refusesBatchesLargerThanTheData() {
        assertThrows(IllegalArgumentException.class, () -> new BatchOrder(2, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> new BatchOrder(2, 0, 1));
    }
}
