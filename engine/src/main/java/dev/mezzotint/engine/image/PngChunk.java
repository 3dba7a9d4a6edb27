package dev.mezzotint.engine.image;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** One chunk of a PNG file: its type and a view of its data (standard, section 5.3). */
record PngChunk(String source, String type, ByteBuffer data) {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int OVERHEAD = 12;

    /** The chunks up to IEND, each with a right checksum. */
    static List<PngChunk> split(String source, byte[] file) throws FormatException {
        if (file.length < SIGNATURE.length || !ByteBuffer.wrap(file, 0, 8).equals(ByteBuffer.wrap(SIGNATURE))) {
            throw new FormatException(source + " is not a PNG file; convert the picture to PNG");
        }
        List<PngChunk> chunks = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).position(SIGNATURE.length);
        while (in.remaining() >= OVERHEAD) {
            int length = in.getInt();
            if (length < 0 || length > in.remaining() - 8) {
                throw damaged(source, "a chunk is longer than the file");
            }
            int start = in.position();
            CRC32 crc = new CRC32();
            crc.update(file, start, 4 + length);
            String type = new String(file, start, 4, StandardCharsets.ISO_8859_1);
            if ((int) crc.getValue() != in.getInt(start + 4 + length)) {
                throw damaged(source, "the checksum of chunk " + printable(type) + " is wrong");
            }
            in.position(start + 8 + length);
            chunks.add(new PngChunk(
                    source, type, ByteBuffer.wrap(file, start + 4, length).slice()));
            if (type.equals("IEND")) {
                return chunks;
            }
        }
        throw damaged(source, "it is cut short");
    }

    static FormatException damaged(String source, String what) {
        return new FormatException(source + " is a damaged PNG file: " + what + "; fetch or save it again");
    }

    private static String printable(String type) {
        return type.chars().allMatch(c -> c > 0x20 && c < 0x7F) ? type : "?";
    }

    /** The data's bytes. */
    byte[] bytes() {
        byte[] bytes = new byte[data.remaining()];
        data.get(data.position(), bytes);
        return bytes;
    }

    /** Appends a chunk with its length and checksum. */
    static void append(ByteArrayOutputStream out, String type, byte[] data, int length) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data, 0, length);
        out.writeBytes(ByteBuffer.allocate(8).putInt(length).put(name).array());
        out.write(data, 0, length);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
