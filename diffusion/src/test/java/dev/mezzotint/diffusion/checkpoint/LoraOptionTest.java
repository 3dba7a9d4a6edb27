package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraOptionTest {
    @ParameterizedTest
    @CsvSource({
        "style.safetensors, style.safetensors, 1",
        "style.safetensors:0.8, style.safetensors, 0.8",
        "a/b c:-1, a/b c, -1",
        "x:.5, x, 0.5",
        "x:+2., x, 2",
        "x:1e-1, x, 0.1",
        "x:0, x, 0",
        "x:2:1, x:2, 1",
        "x:abc, x:abc, 1",
        "'x:0,8', 'x:0,8', 1",
        "x:0.8.safetensors, x:0.8.safetensors, 1",
        "x:NaN, x:NaN, 1",
        "x:0x1p3, x:0x1p3, 1",
        "x:1f, x:1f, 1",
        "C:\\loras\\x.safetensors, C:\\loras\\x.safetensors, 1",
        "C:\\loras\\x.safetensors:0.6, C:\\loras\\x.safetensors, 0.6"
    })
    void readsFileAndWeight(String text, String file, double weight) {
        assertEquals(new LoraOption(Path.of(file), weight), LoraOption.parse(text));
    }

    @Test
    void aLineBreakInANameIsKept() {
        assertEquals(new LoraOption(Path.of("a\nb"), 0.5), LoraOption.parse("a\nb:0.5"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ":", ":0.5", "x:", "x:1e999", "a\0b", "a\0b:1"})
    void refusesWhatNamesNoFile(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> LoraOption.parse(text));
        assertEquals(
                "\"" + text + "\" names no LoRA; give a file, or a file and a weight as in style.safetensors:0.8",
                refusal.getMessage());
    }
}
