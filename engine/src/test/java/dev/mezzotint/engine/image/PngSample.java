package dev.mezzotint.engine.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** A random picture of any kind of PNG: the file, and the pixels that must come out of it. */
final class PngSample {
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private final int width;
    private final int height;
    private final int type;
    private final int depth;
    private final boolean interlaced;
    private final boolean transparent;
    private final int perPixel;
    private final int[] samples;
    private final byte[] palette;
    private final Random random;

    PngSample(int width, int height, int type, int depth, int interlace, boolean transparent) {
        this.width = width;
        this.height = height;
        this.type = type;
        this.depth = depth;
        this.interlaced = interlace == 1;
        this.transparent = transparent;
        random = new Random(width * 1000 + type * 100 + depth);
        perPixel = new int[] {1, 0, 3, 1, 2, 0, 4}[type];
        samples = random.ints(width * height * perPixel, 0, 1 << depth).toArray();
        palette = new byte[type == 3 ? 3 << depth : 0];
        random.nextBytes(palette);
    }

    int channels() {
        return switch (type) {
            case 0 -> transparent ? 4 : 1;
            case 2, 3 -> transparent ? 4 : 3;
            default -> 4;
        };
    }

    /** By the standard's formulas: floor(sample · 255 / max + 1/2); the first pixel's colour is the transparent one. */
    byte[] pixels() {
        byte[] pixels = new byte[width * height * channels()];
        int at = 0;
        for (int p = 0; p < width * height; p++) {
            int first = p * perPixel;
            boolean clear = true;
            for (int c = 0; c < perPixel; c++) {
                clear &= samples[first + c] == samples[c];
            }
            int colours = channels() == 1 ? 1 : 3;
            for (int c = 0; c < colours; c++) {
                pixels[at++] =
                        type == 3 ? palette[3 * samples[first] + c] : to8(samples[first + (perPixel < 3 ? 0 : c)]);
            }
            if (channels() == 4) {
                pixels[at++] = switch (type) {
                    case 0, 2 -> (byte) (clear ? 0 : 255);
                    case 3 -> samples[first] == 0 ? (byte) 77 : (byte) 255;
                    default -> to8(samples[first + perPixel - 1]);
                };
            }
        }
        return pixels;
    }

    private byte to8(int sample) {
        return (byte) Math.floor(sample * 255.0 / ((1 << depth) - 1) + 0.5);
    }

    byte[] file() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngChunk.SIGNATURE);
        append(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) depth)
                        .put((byte) type)
                        .put(12, (byte) (interlaced ? 1 : 0))
                        .array());
        if (type == 3) {
            append(out, "PLTE", palette);
        }
        if (transparent) {
            append(out, "tRNS", type == 3 ? new byte[] {77} : firstPixel());
        }
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (int[] pass : interlaced ? PASSES : new int[][] {{0, 0, 1, 1}}) {
            writePass(raw, pass);
        }
        byte[] packed = PngTest.deflate(raw.toByteArray());
        int half = packed.length / 2;
        append(out, "IDAT", Arrays.copyOf(packed, half));
        append(out, "IDAT", new byte[0]);
        append(out, "IDAT", Arrays.copyOfRange(packed, half, packed.length));
        append(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private byte[] firstPixel() {
        ByteBuffer key = ByteBuffer.allocate(2 * perPixel);
        for (int c = 0; c < perPixel; c++) {
            key.putShort((short) samples[c]);
        }
        return key.array();
    }

    private void writePass(ByteArrayOutputStream raw, int[] pass) {
        int columns = Math.ceilDiv(width - pass[0], pass[2]);
        int stride = Math.ceilDiv(columns * perPixel * depth, 8);
        byte[] above = new byte[Math.max(0, stride)];
        for (int y = pass[1]; y < height && columns > 0; y += pass[3]) {
            byte[] row = new byte[stride];
            int bit = 0;
            for (int x = pass[0]; x < width; x += pass[2]) {
                for (int c = 0; c < perPixel; c++) {
                    int sample = samples[(y * width + x) * perPixel + c];
                    for (int b = depth - 1; b >= 0; b--, bit++) {
                        row[bit / 8] |= (byte) ((sample >> b & 1) << 7 - bit % 8);
                    }
                }
            }
            byte[] filtered = new byte[stride];
            int filter = random.nextInt(5);
            PngFilter.of(filter).apply(row, above, filtered, stride, Math.max(1, perPixel * depth / 8));
            raw.write(filter);
            raw.writeBytes(filtered);
            above = row;
        }
    }

    private static void append(ByteArrayOutputStream out, String type, byte[] data) {
        PngChunk.append(out, type, data, data.length);
    }
}
