package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the entries of a zip archive lie. Only archives without compression or encryption are read, as PyTorch writes
 * them: their entries can be mapped.
 *
 * <p>Format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.6 to 4.5.3.
 */
final class ZipDirectory {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR64_BYTES = 20;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final int LARGEST_DIRECTORY = 1 << 26;
    private static final int ZIP64_EXTRA = 1;
    private static final int IN_EXTRA = -1;

    /** One entry: its bytes stand as they are at {@code begin} of the file. */
    record Entry(long begin, long size) {}

    private final Path path;
    private final FileChannel channel;
    private final long fileBytes;

    private ZipDirectory(Path path, FileChannel channel, long fileBytes) {
        this.path = path;
        this.channel = channel;
        this.fileBytes = fileBytes;
    }

    /**
     * Reads where all entries lie.
     *
     * @throws FormatException if the archive is damaged or an entry is compressed, encrypted or has a wrong name
     */
    static Map<String, Entry> read(FileVersion file, FileChannel channel) throws IOException {
        return new ZipDirectory(file.path(), channel, file.size()).entries();
    }

    private Map<String, Entry> entries() throws IOException {
        ByteBuffer directory = directory();
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (directory.hasRemaining()) {
            if (directory.remaining() < CENTRAL_BYTES || directory.getInt(directory.position()) != CENTRAL_SIGNATURE) {
                throw damaged("its directory has a wrong entry");
            }
            int at = directory.position();
            int nameBytes = directory.getShort(at + 28) & 0xFFFF;
            int extraBytes = directory.getShort(at + 30) & 0xFFFF;
            int entryBytes = CENTRAL_BYTES + nameBytes + extraBytes + (directory.getShort(at + 32) & 0xFFFF);
            if (entryBytes > directory.remaining()) {
                throw damaged("its directory is cut short");
            }
            String name = string(directory, at + CENTRAL_BYTES, nameBytes);
            requireSound(name, directory.getShort(at + 8), directory.getShort(at + 10));
            ByteBuffer extra = zip64Extra(directory.slice(at + CENTRAL_BYTES + nameBytes, extraBytes));
            long size = wide(directory.getInt(at + 24), extra);
            long stored = wide(directory.getInt(at + 20), extra);
            long local = wide(directory.getInt(at + 42), extra);
            if (size != stored) {
                throw damaged("its entry " + Json.of(name).print() + " has two sizes");
            }
            if (entries.put(name, new Entry(begin(name, local, size), size)) != null) {
                throw damaged("it has two entries " + Json.of(name).print());
            }
            directory.position(at + entryBytes);
        }
        return entries;
    }

    private ByteBuffer directory() throws IOException {
        int tailBytes = (int) Math.min(fileBytes, END_BYTES + LONGEST_COMMENT);
        ByteBuffer tail = bytes(fileBytes - tailBytes, tailBytes);
        int end = tailBytes - END_BYTES;
        while (end >= 0
                && (tail.getInt(end) != END_SIGNATURE
                        || end + END_BYTES + (tail.getShort(end + 20) & 0xFFFF) != tailBytes)) {
            end--;
        }
        if (end < 0) {
            throw damaged("it has no directory at its end");
        }
        long size = tail.getInt(end + 12) & 0xFFFFFFFFL;
        long begin = tail.getInt(end + 16) & 0xFFFFFFFFL;
        int locator = end - LOCATOR64_BYTES;
        if (locator >= 0 && tail.getInt(locator) == LOCATOR64_SIGNATURE) {
            ByteBuffer end64 = bytes(tail.getLong(locator + 8), END64_BYTES);
            if (end64.getInt(0) != END64_SIGNATURE) {
                throw damaged("the end of its directory is not where it says");
            }
            size = end64.getLong(40);
            begin = end64.getLong(48);
        }
        if (size < 0 || size > LARGEST_DIRECTORY) {
            throw damaged("its directory says that it has " + Long.toUnsignedString(size) + " bytes");
        }
        return bytes(begin, (int) size);
    }

    private void requireSound(String name, short flags, short method) throws FormatException {
        boolean leavesTheArchive = name.startsWith("/")
                || name.indexOf('\\') >= 0
                || List.of(name.split("/")).contains("..");
        if (name.isEmpty() || leavesTheArchive) {
            throw damaged("it has an entry of the name " + Json.of(name).print());
        }
        if (method != 0 || (flags & 1) != 0) {
            throw new FormatException(path + ": the entry " + Json.of(name).print() + " is compressed or encrypted,"
                    + " which PyTorch never does; save it again in PyTorch, or get the model as safetensors");
        }
    }

    /** The fields of 64 bits of an entry: those that are 0xFFFFFFFF in the entry itself, one after the other. */
    private static ByteBuffer zip64Extra(ByteBuffer extra) {
        extra.order(ByteOrder.LITTLE_ENDIAN);
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int length = Math.min(extra.getShort() & 0xFFFF, extra.remaining());
            if (id == ZIP64_EXTRA) {
                return extra.limit(extra.position() + length);
            }
            extra.position(extra.position() + length);
        }
        return extra.limit(extra.position());
    }

    private long wide(int field, ByteBuffer extra) throws FormatException {
        if (field != IN_EXTRA) {
            return field & 0xFFFFFFFFL;
        }
        if (extra.remaining() < Long.BYTES) {
            throw damaged("an entry of its directory lacks a field of 64 bits");
        }
        return extra.getLong();
    }

    private long begin(String name, long local, long size) throws IOException {
        ByteBuffer header = bytes(local, LOCAL_BYTES);
        int nameBytes = header.getShort(26) & 0xFFFF;
        if (header.getInt(0) != LOCAL_SIGNATURE
                || !string(bytes(local + LOCAL_BYTES, nameBytes), 0, nameBytes).equals(name)) {
            throw damaged("its entry " + Json.of(name).print() + " is not where its directory says");
        }
        long begin = local + LOCAL_BYTES + nameBytes + (header.getShort(28) & 0xFFFF);
        if (size < 0 || size > fileBytes - begin) {
            throw damaged("its entry " + Json.of(name).print() + " lies outside the file");
        }
        return begin;
    }

    private ByteBuffer bytes(long at, int count) throws IOException {
        if (at < 0 || at > fileBytes - count) {
            throw damaged("its directory points outside the file");
        }
        ByteBuffer bytes = FileVersion.bytes(channel, at, count);
        if (bytes.remaining() < count) {
            throw damaged("it ended while it was read");
        }
        return bytes;
    }

    private static String string(ByteBuffer bytes, int at, int count) {
        return StandardCharsets.UTF_8.decode(bytes.slice(at, count)).toString();
    }

    private FormatException damaged(String what) {
        return new FormatException(path + " is a damaged zip archive: " + what + "; fetch it again");
    }
}
