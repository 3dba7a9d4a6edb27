package dev.mezzotint.engine.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** PyTorch checkpoints made by hand, and those that PyTorch itself wrote. */
final class TorchArchive {
    /** A pickle's way to say: the float tensor of shape (2) on storage 0. */
    static final String TENSOR = tensor("FloatStorage", 2, 0, "K\2\u0085", "K\1\u0085");

    private TorchArchive() {}

    /** A file that PyTorch wrote, copied into a folder. */
    static Path copy(String name, Path folder) throws IOException {
        try (InputStream in = TorchArchive.class.getResourceAsStream("/torch/" + name)) {
            Files.copy(in, folder.resolve(name));
            return folder.resolve(name);
        }
    }

    /** An archive of this pickle and one storage of 8 bytes: the floats 1 and 2. */
    static Path write(Path path, String pickle) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("model/data.pkl", bytes(pickle));
        entries.put("model/data/0", bytes("\0\0\u0080\u003f\0\0\0\u0040"));
        return Files.write(path, zip(entries, ZipEntry.STORED));
    }

    static byte[] zip(Map<String, byte[]> entries, int method) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                CRC32 crc = new CRC32();
                crc.update(entry.getValue());
                header.setCrc(crc.getValue());
                header.setSize(entry.getValue().length);
                zip.putNextEntry(header);
                zip.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A pickle's bytes, one a character. */
    static byte[] bytes(String pickle) {
        return pickle.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A pickle of a dictionary with one entry, "a". */
    static String dict(String value) {
        return "\u0080\2}" + text("a") + value + "s.";
    }

    static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }

    static String storage(String type, int elements) {
        return "(" + text("storage") + "ctorch\n" + type + "\n" + text("0") + text("cpu") + "K" + (char) elements
                + "tQ";
    }

    /** @param sizes and {@code strides}: instructions that push a tuple */
    static String tensor(String type, int elements, int offset, String sizes, String strides) {
        return tensor(storage(type, elements) + "K" + (char) offset + sizes + strides);
    }

    /** @param view instructions that push storage, offset, sizes and strides */
    static String tensor(String view) {
        return "ctorch._utils\n_rebuild_tensor_v2\n(" + view + "\u0089ccollections\nOrderedDict\n)RtR";
    }
}
