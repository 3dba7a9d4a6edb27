package dev.mezzotint.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class WorkspaceTest {
    private final Workspace workspace = new Workspace();

    @Test
    void countsWhatIsInUseAndWhatWaits() {
        float[] first = workspace.take(10);
        float[] second = workspace.take(20);
        workspace.give(first);
        assertEquals(120, workspace.heldBytes());
        assertSame(first, workspace.take(10));
        workspace.give(first);
        workspace.give(second);
        workspace.take(5);
        assertEquals(140, workspace.heldBytes());
        assertEquals(140, workspace.peakBytes());
        assertEquals(120, workspace.peakUsedBytes());
        workspace.clear();
        assertEquals(20, workspace.heldBytes());
        assertEquals(140, workspace.peakBytes());
        assertNotSame(second, workspace.take(20));
        assertEquals(220, workspace.allocatedBytes());
    }

    @Test
    void aFrugalWorkspaceDropsTheLargestWaitingBuffersWhereItMust() {
        workspace.setFrugal(true);
        float[] large = workspace.take(100);
        float[] small = workspace.take(10);
        workspace.give(large);
        workspace.give(small);
        float[] next = workspace.take(30);
        assertEquals(160, workspace.heldBytes(), "the small buffer waits on, the large one is dropped");
        assertSame(small, workspace.take(10));
        workspace.give(next);
        assertSame(next, workspace.take(30), "what fits is used again");
        assertEquals(440, workspace.peakBytes());
    }
}
