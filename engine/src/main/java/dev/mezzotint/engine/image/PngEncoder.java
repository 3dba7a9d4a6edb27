package dev.mezzotint.engine.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.Deflater;

final class PngEncoder {
    private static final int CHUNK_BYTES = 1 << 16;

    private PngEncoder() {}

    static byte[] encode(Image image, Map<String, String> texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngChunk.SIGNATURE);
        byte colourType = switch (image.channels()) {
            case 1 -> 0;
            case 3 -> 2;
            default -> 6;
        };
        byte[] header = ByteBuffer.allocate(13)
                .putInt(image.width())
                .putInt(image.height())
                .put((byte) 8)
                .put(colourType)
                .array();
        PngChunk.append(out, "IHDR", header, header.length);
        texts.forEach((keyword, text) -> PngText.append(out, keyword, text));
        appendRows(out, image);
        PngChunk.append(out, "IEND", new byte[0], 0);
        return out.toByteArray();
    }

    private static void appendRows(ByteArrayOutputStream out, Image image) {
        int stride = image.width() * image.channels();
        byte[] row = new byte[stride];
        byte[] above = new byte[stride];
        byte[] tried = new byte[stride];
        byte[] filtered = new byte[1 + stride];
        byte[] chunk = new byte[CHUNK_BYTES];
        int filled = 0;
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
            for (int y = 0; y <= image.height(); y++) {
                if (y < image.height()) {
                    System.arraycopy(image.data(), y * stride, row, 0, stride);
                    filter(row, above, tried, filtered, image.channels());
                    deflater.setInput(filtered);
                    byte[] swapped = above;
                    above = row;
                    row = swapped;
                } else {
                    deflater.finish();
                }
                while (!deflater.needsInput() || y == image.height() && !deflater.finished()) {
                    int n = deflater.deflate(chunk, filled, CHUNK_BYTES - filled);
                    filled += n;
                    if (filled == CHUNK_BYTES) {
                        PngChunk.append(out, "IDAT", chunk, filled);
                        filled = 0;
                    }
                }
            }
        }
        if (filled > 0) {
            PngChunk.append(out, "IDAT", chunk, filled);
        }
    }

    /** Takes the filter with the smallest sum of absolute differences (standard, section 12.7). */
    private static void filter(byte[] row, byte[] above, byte[] tried, byte[] filtered, int pixelBytes) {
        long best = Long.MAX_VALUE;
        for (PngFilter filter : PngFilter.values()) {
            long sum = filter.apply(row, above, tried, row.length, pixelBytes);
            if (sum < best) {
                best = sum;
                filtered[0] = (byte) filter.ordinal();
                System.arraycopy(tried, 0, filtered, 1, row.length);
            }
        }
    }
}
