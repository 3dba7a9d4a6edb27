package dev.mezzotint.engine.image;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Text chunks of a PNG file (standard, section 11.3.3). */
final class PngText {
    private static final int LONGEST_KEYWORD = 79;
    private static final int LARGEST_TEXT = 16 << 20;

    private PngText() {}

    static Map<String, String> read(List<PngChunk> chunks) throws FormatException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (PngChunk chunk : chunks) {
            byte[] data = chunk.bytes();
            switch (chunk.type()) {
                case "tEXt" -> {
                    int end = zero(chunk, data, 0);
                    texts.putIfAbsent(latin(data, end), text(data, end + 1, StandardCharsets.ISO_8859_1));
                }
                case "zTXt" -> {
                    int end = zero(chunk, data, 0);
                    byte[] plain = inflate(chunk, data, end + 2);
                    texts.putIfAbsent(latin(data, end), new String(plain, StandardCharsets.ISO_8859_1));
                }
                case "iTXt" -> readInternational(chunk, data, texts);
                default -> {
                    // other chunks hold no text
                }
            }
        }
        return texts;
    }

    private static void readInternational(PngChunk chunk, byte[] data, Map<String, String> texts)
            throws FormatException {
        int end = zero(chunk, data, 0);
        if (end + 3 > data.length) {
            throw PngChunk.damaged(chunk.source(), "a text chunk is cut short");
        }
        boolean compressed = data[end + 1] != 0;
        int language = zero(chunk, data, end + 3);
        int at = zero(chunk, data, language + 1) + 1;
        texts.putIfAbsent(
                latin(data, end),
                compressed
                        ? new String(inflate(chunk, data, at), StandardCharsets.UTF_8)
                        : text(data, at, StandardCharsets.UTF_8));
    }

    private static String latin(byte[] data, int end) {
        return new String(data, 0, end, StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] data, int from, Charset charset) {
        return new String(data, from, data.length - from, charset);
    }

    private static int zero(PngChunk chunk, byte[] data, int from) throws FormatException {
        for (int i = from; i < data.length; i++) {
            if (data[i] == 0) {
                return i;
            }
        }
        throw PngChunk.damaged(chunk.source(), "a text chunk is cut short");
    }

    private static byte[] inflate(PngChunk chunk, byte[] data, int from) throws FormatException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(data, Math.min(from, data.length), Math.max(0, data.length - from));
            while (!inflater.finished() && out.size() <= LARGEST_TEXT) {
                int n = inflater.inflate(buffer);
                if (n == 0 && !inflater.finished()) {
                    throw PngChunk.damaged(chunk.source(), "a compressed text is cut short");
                }
                out.write(buffer, 0, n);
            }
        } catch (DataFormatException e) {
            throw PngChunk.damaged(chunk.source(), "a compressed text cannot be unpacked");
        }
        if (out.size() > LARGEST_TEXT) {
            throw PngChunk.damaged(chunk.source(), "a text is larger than " + LARGEST_TEXT + " bytes");
        }
        return out.toByteArray();
    }

    /** Appends tEXt where the text is Latin-1 without control characters but line feeds, else iTXt. */
    static void append(ByteArrayOutputStream out, String keyword, String text) {
        requireKeyword(keyword);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(keyword.getBytes(StandardCharsets.ISO_8859_1));
        data.write(0);
        boolean latin = text.chars().allMatch(c -> c == '\n' || c >= 0x20 && c < 0x7F || c >= 0xA0 && c <= 0xFF);
        if (latin) {
            data.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        } else {
            data.writeBytes(ByteBuffer.allocate(4).array()); // uncompressed; no language; no translated keyword
            data.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
        PngChunk.append(out, latin ? "tEXt" : "iTXt", data.toByteArray(), data.size());
    }

    private static void requireKeyword(String keyword) {
        boolean printable = keyword.chars().allMatch(c -> c >= 0x20 && c < 0x7F || c > 0xA0 && c <= 0xFF);
        if (keyword.isEmpty()
                || keyword.length() > LONGEST_KEYWORD
                || !printable
                || !keyword.strip().equals(keyword)) {
            throw new IllegalArgumentException("\"" + keyword + "\" cannot be the keyword of a text in a PNG file;"
                    + " take 1 to 79 printable characters of Latin-1");
        }
    }
}
