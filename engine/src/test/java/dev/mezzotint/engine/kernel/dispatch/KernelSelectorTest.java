package dev.mezzotint.engine.kernel.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.simd.SimdPeak;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelSelectorTest {
    @AfterEach
    void forgetTheWish() {
        System.clearProperty(KernelSelector.PROPERTY);
    }

    @Test
    void theVectorWidthIsInTheName() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        String name = vectors ? "simd (" + SimdPeak.VECTOR_BITS + "-bit)" : "scalar";
        assertEquals(name, KernelSelector.kernels().name());
        assertEquals("scalar", KernelSelector.scalar().name());
    }

    @Test
    void theChoiceIsMadeOnce() {
        assertSame(KernelSelector.kernels(), KernelSelector.kernels());
    }

    @Test
    void anUnknownWishIsRefused() {
        System.setProperty(KernelSelector.PROPERTY, "fast");
        Exception refusal = assertThrows(IllegalArgumentException.class, KernelSelector::kernels);
        assertTrue(refusal.getMessage().contains("'scalar' or 'simd', but is 'fast'"), refusal.getMessage());
    }
}
