package dev.mezzotint.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BufferPlanTest {
    @Test
    void reckonsWhatAWorkspaceHolds() {
        for (boolean frugal : new boolean[] {false, true}) {
            Random random = new Random(1);
            BufferPlan plan = new BufferPlan();
            Workspace workspace = new Workspace();
            workspace.setFrugal(frugal);
            List<float[]> taken = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                if (taken.isEmpty() || random.nextInt(5) < 3) {
                    int length = 1 << random.nextInt(8);
                    taken.add(workspace.take(length));
                    plan.take(length);
                } else {
                    float[] buffer = taken.remove(random.nextInt(taken.size()));
                    workspace.give(buffer);
                    plan.give(buffer.length);
                }
            }
            assertEquals(workspace.peakUsedBytes(), plan.peakUsedBytes());
            assertEquals(workspace.peakBytes(), frugal ? plan.peakUsedBytes() : plan.pooledBytes());
            long used = taken.stream().mapToLong(buffer -> 4L * buffer.length).sum();
            assertEquals(used, plan.usedBytes());
        }
    }

    @Test
    void lengthsMayExceedAnArray() {
        BufferPlan plan = new BufferPlan();
        plan.take(1L << 40);
        plan.give(1L << 40);
        plan.take(7);
        assertEquals(1L << 42, plan.peakUsedBytes());
        assertEquals(1L << 40, plan.longest());
    }

    @Test
    void refusesToGiveWhatWasNotTaken() {
        BufferPlan plan = new BufferPlan();
        plan.take(3);
        plan.give(3);
        assertThrows(IllegalStateException.class, () -> plan.give(3));
    }
}
