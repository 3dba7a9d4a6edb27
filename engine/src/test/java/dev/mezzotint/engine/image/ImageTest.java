package dev.mezzotint.engine.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ImageTest {
    @Test
    void signedFloatsSurviveTheRoundTrip() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        Image image = new Image(256, 1, 1, all);
        float[] floats = image.toSignedFloats();
        assertEquals(-1, floats[0]);
        assertEquals(1, floats[255]);
        assertArrayEquals(all, Image.ofSignedFloats(256, 1, 1, floats, 0).data());
    }

    @Test
    void signedFloatsAreClampedAndRoundedToEven() {
        float[] floats = {9, -3, 7, 0, Float.NEGATIVE_INFINITY, 1e-6f};
        byte[] expected = {0, (byte) 255, (byte) 128, 0, (byte) 128};
        assertArrayEquals(expected, Image.ofSignedFloats(5, 1, 1, floats, 1).data());
        assertThrows(IllegalArgumentException.class, () -> Image.ofSignedFloats(1, 1, 1, new float[] {Float.NaN}, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Image.ofSignedFloats(2, 1, 3, floats, 1));
    }

    @Test
    void becomesRgb() {
        assertArrayEquals(
                new byte[] {5, 5, 5, 9, 9, 9},
                new Image(2, 1, 1, new byte[] {5, 9}).rgb().data());
        byte[] rgba = {10, 20, 30, (byte) 255, 10, 20, 30, 0, 0, 0, 0, (byte) 128};
        byte[] opaque = {10, 20, 30, 10, 20, 30, 0, 0, 0};
        assertArrayEquals(opaque, new Image(3, 1, 4, rgba).rgb().data());
        Image rgb = Image.ofRgb(1, 1, new byte[3]);
        assertSame(rgb, rgb.rgb());
    }

    @Test
    void takesPixelsAsAwtGivesThem() {
        Image image = Image.ofArgb(1, 2, new int[] {0x800102ff, 0xff00fe03});
        assertEquals(4, image.channels());
        assertArrayEquals(new byte[] {1, 2, -1, -128, 0, -2, 3, -1}, image.data());
    }

    /** golden/oracle/README.md. */
    @Test
    void resizesAsPilDoes() throws IOException {
        byte[] data = new byte[13 * 9 * 3];
        for (int i = 0; i < data.length; i++) {
            int x = i / 3 % 13;
            int y = i / 3 / 13;
            data[i] = (byte) (37 * x + 91 * y + 53 * (i % 3) + 7 * x * y);
        }
        Path golden = Path.of(System.getProperty("mezzotint.root", ".."), "testdata/src/main/resources/golden");
        try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("oracle/lanczos/tensors.safetensors"))) {
            for (String size : file.names()) {
                String[] sides = size.split("x");
                int width = Integer.parseInt(sides[0]);
                int height = Integer.parseInt(sides[1]);
                Image resized = Image.ofRgb(13, 9, data).resize(width, height);
                long[] expected = file.longs(size);
                assertEquals(expected.length, resized.data().length, size);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], resized.data()[i] & 0xFF, size + " " + i);
                }
            }
        }
    }

    @Test
    void aFlatPictureStaysFlat() {
        byte[] flat = new byte[31 * 17 * 3];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (byte) (200 + i % 3);
        }
        for (int[] size : new int[][] {{7, 5}, {64, 40}, {31, 3}, {1, 1}}) {
            Image resized = Image.ofRgb(31, 17, flat).resize(size[0], size[1]);
            for (int i = 0; i < resized.data().length; i++) {
                assertEquals((byte) (200 + i % 3), resized.data()[i]);
            }
        }
    }

    @Test
    void refusesWhatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> new Image(0, 1, 1, new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> new Image(1, 1, 2, new byte[2]));
        assertThrows(IllegalArgumentException.class, () -> new Image(2, 2, 3, new byte[11]));
        assertThrows(IllegalArgumentException.class, () -> new Image(1, 1, 1, new byte[1]).resize(0, 3));
    }
}
