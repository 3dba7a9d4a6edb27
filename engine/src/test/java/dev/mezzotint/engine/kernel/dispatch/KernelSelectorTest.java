package dev.mezzotint.engine.kernel.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.simd.SimdPeak;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /** Says which kernels were chosen. */
    static final class Child {
        public static void main(String[] arguments) {
            System.out.println(KernelSelector.kernels().name());
        }
    }

    @Test
    void withoutTheInstructionForItNothingMultipliesAndAdds() throws IOException {
        assertEquals("scalar", chosen("-XX:-UseFMA", "-D" + KernelSelector.PROPERTY + "="));
        assertEquals(
                "simd",
                chosen("-XX:-UseFMA", "-D" + KernelSelector.PROPERTY + "=simd").substring(0, 4));
    }

    private static String chosen(String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", place(Child.class) + File.pathSeparator + place(KernelSelector.class)));
        command.add(Child.class.getName());
        Process child = new ProcessBuilder(command).start();
        try (BufferedReader lines = child.inputReader()) {
            return lines.readLine();
        }
    }

    private static Path place(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
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
