package dev.mezzotint.engine.image;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decodes the pixels of one file. */
final class PngDecoder {
    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    private static final long LARGEST_PICTURE = 1L << 28;
    private static final long LARGEST_DEFLATE_RATIO = 1032;

    // Adam7: first column, first row, column step, row step of each pass.
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };
    private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

    private final String source;
    private final List<PngChunk> chunks;
    private final int width;
    private final int height;
    private final int depth;
    private final int type;
    private final boolean interlaced;
    private final byte[] palette;
    private final byte[] transparency;
    private int nextData;

    private PngDecoder(String source, List<PngChunk> chunks) throws FormatException {
        this.source = source;
        this.chunks = chunks;
        if (chunks.isEmpty()
                || !chunks.get(0).type().equals("IHDR")
                || chunks.get(0).data().remaining() != 13) {
            throw PngChunk.damaged(source, "it does not begin with its header");
        }
        ByteBuffer header = chunks.get(0).data();
        width = header.getInt(0);
        height = header.getInt(4);
        depth = header.get(8);
        type = header.get(9);
        interlaced = header.get(12) == 1;
        boolean known = switch (type) {
            case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GREY_ALPHA, RGBA -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known || header.get(10) != 0 || header.get(11) != 0 || header.get(12) < 0 || header.get(12) > 1) {
            throw PngChunk.damaged(
                    source, "its header says colour type " + type + " of " + depth + " bits, which is no kind of PNG");
        }
        if (width < 1 || height < 1) {
            throw PngChunk.damaged(source, "its size is " + width + "x" + height);
        }
        if ((long) width * height > LARGEST_PICTURE / 4) {
            throw new FormatException(source + " is " + width + "x" + height + " pixels; at most " + LARGEST_PICTURE / 4
                    + " pixels can be read, make it smaller");
        }
        palette = find("PLTE");
        transparency = find("tRNS");
        if (type == PALETTE && (palette.length == 0 || palette.length % 3 != 0)) {
            throw PngChunk.damaged(source, "its palette is missing or cut short");
        }
        if (type == GREY && transparency.length == 1 || type == RGB && transparency.length % 6 != 0) {
            throw PngChunk.damaged(source, "its transparent colour is cut short");
        }
    }

    static Image decode(String source, byte[] file) throws FormatException {
        return new PngDecoder(source, PngChunk.split(source, file)).decode();
    }

    private byte[] find(String wanted) {
        return chunks.stream()
                .filter(chunk -> chunk.type().equals(wanted))
                .findFirst()
                .map(PngChunk::bytes)
                .orElse(new byte[0]);
    }

    private int samples() {
        return switch (type) {
            case GREY, PALETTE -> 1;
            case GREY_ALPHA -> 2;
            case RGB -> 3;
            default -> 4;
        };
    }

    private int channels() {
        return switch (type) {
            case GREY -> transparency.length == 0 ? 1 : 4;
            case RGB, PALETTE -> transparency.length == 0 ? 3 : 4;
            default -> 4;
        };
    }

    private Image decode() throws FormatException {
        long packed = 0;
        for (PngChunk chunk : chunks) {
            packed += chunk.type().equals("IDAT") ? chunk.data().remaining() : 0;
        }
        // Before memory is taken: can so few bytes hold so large a picture at all?
        long least = ((long) width * samples() * depth + 7) / 8 * height;
        if (least > packed * LARGEST_DEFLATE_RATIO) {
            throw PngChunk.damaged(
                    source, "a picture of " + width + "x" + height + " cannot be in " + packed + " bytes");
        }
        byte[] pixels = new byte[width * height * channels()];
        try (Inflater inflater = new Inflater()) {
            for (int[] pass : interlaced ? PASSES : ONE_PASS) {
                decodePass(inflater, pass, pixels);
            }
        } catch (DataFormatException e) {
            throw PngChunk.damaged(source, "its pixels cannot be unpacked");
        }
        return new Image(width, height, channels(), pixels);
    }

    private void decodePass(Inflater inflater, int[] pass, byte[] pixels) throws FormatException, DataFormatException {
        int columns = (width - pass[0] + pass[2] - 1) / pass[2];
        int rows = (height - pass[1] + pass[3] - 1) / pass[3];
        if (columns <= 0 || rows <= 0) {
            return;
        }
        int stride = Math.toIntExact(((long) columns * samples() * depth + 7) / 8);
        int pixelBytes = Math.max(1, samples() * depth / 8);
        byte[] number = new byte[1];
        byte[] row = new byte[stride];
        byte[] above = new byte[stride];
        for (int y = 0; y < rows; y++) {
            fill(inflater, number);
            fill(inflater, row);
            if (!PngFilter.isKnown(number[0])) {
                throw PngChunk.damaged(source, "a row has the unknown filter " + (number[0] & 0xFF));
            }
            PngFilter.of(number[0]).undo(row, above, stride, pixelBytes);
            for (int x = 0; x < columns; x++) {
                int at = (pass[1] + y * pass[3]) * width + pass[0] + x * pass[2];
                put(row, x, pixels, at * channels());
            }
            byte[] swapped = above;
            above = row;
            row = swapped;
        }
    }

    private void fill(Inflater inflater, byte[] row) throws FormatException, DataFormatException {
        int filled = 0;
        while (filled < row.length) {
            int n = inflater.inflate(row, filled, row.length - filled);
            filled += n;
            if (n == 0) {
                if (inflater.finished() || inflater.needsDictionary() || !feed(inflater)) {
                    throw PngChunk.damaged(source, "its pixels are cut short");
                }
            }
        }
    }

    private boolean feed(Inflater inflater) {
        while (nextData < chunks.size()) {
            PngChunk chunk = chunks.get(nextData++);
            if (chunk.type().equals("IDAT") && chunk.data().hasRemaining()) {
                inflater.setInput(chunk.data().duplicate());
                return true;
            }
        }
        return false;
    }

    private void put(byte[] row, int x, byte[] pixels, int at) throws FormatException {
        switch (type) {
            case GREY -> {
                byte grey = to8(sample(row, x));
                pixels[at] = grey;
                if (transparency.length != 0) {
                    pixels[at + 1] = grey;
                    pixels[at + 2] = grey;
                    pixels[at + 3] = (byte) (sample(row, x) == key(0) ? 0 : 255);
                }
            }
            case GREY_ALPHA -> {
                byte grey = to8(sample(row, 2 * x));
                pixels[at] = grey;
                pixels[at + 1] = grey;
                pixels[at + 2] = grey;
                pixels[at + 3] = to8(sample(row, 2 * x + 1));
            }
            case PALETTE -> {
                int index = sample(row, x);
                if (3 * index >= palette.length) {
                    throw PngChunk.damaged(
                            source, "a pixel has colour " + index + " of a palette of " + palette.length / 3);
                }
                System.arraycopy(palette, 3 * index, pixels, at, 3);
                if (transparency.length != 0) {
                    pixels[at + 3] = index < transparency.length ? transparency[index] : (byte) 255;
                }
            }
            default -> {
                int samples = samples();
                boolean isKey = samples == 3 && transparency.length != 0;
                for (int c = 0; c < samples; c++) {
                    int sample = sample(row, samples * x + c);
                    pixels[at + c] = to8(sample);
                    isKey = isKey && sample == key(c);
                }
                if (samples == 3 && transparency.length != 0) {
                    pixels[at + 3] = (byte) (isKey ? 0 : 255);
                }
            }
        }
    }

    private int sample(byte[] row, int i) {
        return switch (depth) {
            case 8 -> row[i] & 0xFF;
            case 16 -> (row[2 * i] & 0xFF) << 8 | row[2 * i + 1] & 0xFF;
            default -> {
                int bit = i * depth;
                yield row[bit / 8] >> 8 - depth - bit % 8 & (1 << depth) - 1;
            }
        };
    }

    private byte to8(int sample) {
        int max = (1 << depth) - 1;
        return (byte) ((sample * 255L + max / 2) / max);
    }

    /** One sample of the colour that stands for transparent. */
    private int key(int channel) {
        return (transparency[2 * channel] & 0xFF) << 8 | transparency[2 * channel + 1] & 0xFF;
    }
}
