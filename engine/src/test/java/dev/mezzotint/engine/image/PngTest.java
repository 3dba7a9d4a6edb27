package dev.mezzotint.engine.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PngTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1,1,1", "7,5,1", "64,64,3", "13,1,4", "1,9,3", "200,150,3", "33,65,4"})
    void survivesTheRoundTrip(int width, int height, int channels) throws IOException {
        Path path = folder.resolve("a.png");
        byte[] noise = new byte[width * height * channels];
        new Random(width).nextBytes(noise);
        byte[] smooth = new byte[noise.length];
        for (int i = 0; i < smooth.length; i++) {
            smooth[i] = (byte) (i / channels % width + i / channels / width * 2);
        }
        for (byte[] data : new byte[][] {noise, smooth}) {
            Png.write(path, new Image(width, height, channels, data), Map.of());
            Image back = Png.read(path);
            assertEquals(width, back.width());
            assertEquals(height, back.height());
            assertEquals(channels, back.channels());
            assertArrayEquals(data, back.data());
        }
    }

    @Test
    void packsSmoothPicturesWell() {
        byte[] data = new byte[128 * 128 * 3];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i / 3 % 128 + i / 384);
        }
        int size = Png.encode(Image.ofRgb(128, 128, data), Map.of()).length;
        assertTrue(size < 1000, size + " bytes");
    }

    @Test
    void keepsTexts() throws IOException {
        Path path = folder.resolve("a.png");
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("parameters", "a red sphere\nSteps: 20, Seed: 1");
        texts.put("Title", "Grün\u00A0©");
        texts.put("Comment", "雪 😀 — “quoted”");
        texts.put("Empty", "");
        Png.write(path, new Image(1, 1, 1, new byte[1]), texts);
        assertEquals(texts, Png.readText(path));
        assertEquals(
                texts.keySet().stream().toList(),
                Png.readText(path).keySet().stream().toList());
        String file = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        assertTrue(file.contains("tEXtparameters") && file.contains("tEXtTitle") && file.contains("iTXtComment"));
    }

    @Test
    void readsCompressedTexts() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngChunk.SIGNATURE);
        append(
                out,
                "zTXt",
                concat(
                        "Old\0\0".getBytes(StandardCharsets.ISO_8859_1),
                        deflate("größer".getBytes(StandardCharsets.ISO_8859_1))));
        append(
                out,
                "iTXt",
                concat(
                        "New\0\1\0de\0Neu\0".getBytes(StandardCharsets.UTF_8),
                        deflate("雪".getBytes(StandardCharsets.UTF_8))));
        append(out, "IEND", new byte[0]);
        assertEquals(
                Map.of("Old", "größer", "New", "雪"), Png.readText(Files.write(folder.resolve("t"), out.toByteArray())));
    }

    @Test
    void refusesABombOfText() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngChunk.SIGNATURE);
        append(out, "zTXt", concat(new byte[] {'B', 0, 0}, deflate(new byte[17 << 20])));
        append(out, "IEND", new byte[0]);
        Path path = Files.write(folder.resolve("t"), out.toByteArray());
        assertTrue(assertThrows(FormatException.class, () -> Png.readText(path))
                .getMessage()
                .contains("larger than"));
    }

    @Test
    void refusesWrongKeywords() {
        Image pixel = new Image(1, 1, 1, new byte[1]);
        for (String keyword : new String[] {"", "x".repeat(80), " a", "a\nb", "雪"}) {
            assertThrows(IllegalArgumentException.class, () -> Png.encode(pixel, Map.of(keyword, "t")), keyword);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,1,0", "0,2,0", "0,4,0", "0,8,0", "0,16,0", "2,8,0", "2,16,0", "3,1,0", "3,2,0", "3,4,0", "3,8,0", "4,8,0",
        "4,16,0", "6,8,0", "6,16,0", "0,1,1", "0,8,1", "2,8,1", "3,2,1", "4,16,1", "6,8,1"
    })
    void readsEveryKind(int type, int depth, int interlace) throws IOException {
        for (int[] size : new int[][] {{1, 1}, {3, 2}, {8, 8}, {21, 17}}) {
            for (boolean transparent : new boolean[] {false, true}) {
                PngSample sample = new PngSample(size[0], size[1], type, depth, interlace, transparent && type < 4);
                Image image = Png.read(Files.write(folder.resolve("kind.png"), sample.file()));
                assertEquals(sample.channels(), image.channels());
                assertArrayEquals(sample.pixels(), image.data(), Arrays.toString(size));
            }
        }
    }

    /** Written by another encoder: 5x3, 4-bit palette, interlaced. */
    @Test
    void readsAFileFromElsewhere() throws IOException {
        byte[] file = Base64.getDecoder()
                .decode("iVBORw0KGgoAAAANSUhEUgAAAAUAAAADBAMAAAHeH+hdAAAAMFBMVEUA/wAQ7wMg3wYwzwlAvwxQrw9gnxJwjxWA"
                        + "fxiQbxugXx6wTyHAPyTQLyfgHyrwDy1bwIiRAAAAGUlEQVR4nGNgYHBgUGBY84BBmGEvQ1jFBAAaYQQbDl8iUwAA"
                        + "AABJRU5ErkJggg==");
        Image image = Png.read(Files.write(folder.resolve("foreign.png"), file));
        assertEquals(5, image.width());
        assertEquals(3, image.height());
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 5; x++) {
                int index = (x + 5 * y) % 16;
                byte[] expected = {(byte) (index * 16), (byte) (255 - index * 16), (byte) (index * 3)};
                int at = (y * 5 + x) * 3;
                assertArrayEquals(expected, Arrays.copyOfRange(image.data(), at, at + 3), x + "," + y);
            }
        }
    }

    @Test
    void everyDamageIsRefused() throws IOException {
        byte[] whole = Png.encode(new Image(3, 2, 3, new byte[18]), Map.of("k", "v"));
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
            assertThrows(FormatException.class, () -> Png.read(cut), "first " + length + " bytes");
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Path path = Files.write(folder.resolve("flipped"), flipped);
            assertThrows(FormatException.class, () -> Png.read(path), "byte " + at);
        }
    }

    @Test
    void refusesWhatIsNoPicture() throws IOException {
        assertRefused(folder, "is a folder");
        assertRefused(folder.resolve("gone.png"), "does not exist");
        assertRefused(Files.writeString(folder.resolve("a.jpg"), "JFIF....."), "is not a PNG file; convert");
        assertRefused(made(header(0, 5, 8, 2, 0), deflate(new byte[16])), "size is 0x5");
        assertRefused(made(header(-1, 5, 8, 2, 0), deflate(new byte[16])), "size is -1x5");
        assertRefused(made(header(5, 5, 3, 2, 0), deflate(new byte[16])), "no kind of PNG");
        assertRefused(made(header(5, 5, 8, 5, 0), deflate(new byte[16])), "no kind of PNG");
        assertRefused(made(header(5, 5, 8, 2, 2), deflate(new byte[16])), "no kind of PNG");
        assertRefused(made(header(1 << 20, 1 << 20, 8, 2, 0), deflate(new byte[16])), "make it smaller");
        assertRefused(made(header(8000, 8000, 8, 6, 0), deflate(new byte[16])), "cannot be in");
        assertRefused(made(header(2, 2, 8, 0, 0), deflate(new byte[] {0, 1, 2, 9, 1, 2})), "unknown filter 9");
        assertRefused(made(header(2, 2, 8, 0, 0), deflate(new byte[] {0, 1, 2, 0, 1})), "pixels are cut short");
        assertRefused(made(header(2, 2, 8, 0, 0), "garbage, not zlib".getBytes(StandardCharsets.UTF_8)), "unpacked");
        assertRefused(made(header(2, 2, 8, 3, 0), deflate(new byte[6])), "palette is missing");
    }

    private void assertRefused(Path path, String message) {
        String said = assertThrows(FormatException.class, () -> Png.read(path)).getMessage();
        assertTrue(said.startsWith(path.toString()) && said.contains(message), said);
        assertFalse(said.contains("\n"), said);
    }

    private Path made(byte[] header, byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngChunk.SIGNATURE);
        append(out, "IHDR", header);
        append(out, "IDAT", data);
        append(out, "IEND", new byte[0]);
        return Files.write(folder.resolve("made.png"), out.toByteArray());
    }

    private static byte[] header(int width, int height, int depth, int type, int interlace) {
        return ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) depth)
                .put((byte) type)
                .put(12, (byte) interlace)
                .array();
    }

    private static void append(ByteArrayOutputStream out, String type, byte[] data) {
        PngChunk.append(out, type, data, data.length);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    static byte[] deflate(byte[] data) {
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(data);
            deflater.finish();
            byte[] out = new byte[data.length + 1000];
            return Arrays.copyOf(out, deflater.deflate(out));
        }
    }
}
