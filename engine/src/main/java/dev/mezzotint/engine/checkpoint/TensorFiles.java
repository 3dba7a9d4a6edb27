package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Opens files of tensors, whatever their format. */
public final class TensorFiles {
    /** "PK", 3, 4. */
    private static final int ZIP = 0x04034b50;

    private TensorFiles() {}

    /**
     * Opens a safetensors file, the index of a sharded model ({@code model.safetensors.index.json}) or a PyTorch
     * checkpoint ({@code .ckpt}, {@code .bin}, {@code .pt}); what it is tells its content, not its name.
     *
     * @throws FormatException if it is none of these, or is not whole and sound
     * @throws IOException if it cannot be read
     */
    public static TensorFile open(Path path) throws IOException {
        ByteBuffer start = start(path);
        boolean json = start.remaining() > 1
                && start.get(0) == '{'
                && (start.remaining() < Long.BYTES
                        || Long.compareUnsigned(start.getLong(0), SafetensorsHeader.LARGEST) > 0);
        return json ? ShardedTensors.open(path) : openOne(path);
    }

    /** Opens a file that holds its tensors itself. */
    static TensorFile openOne(Path path) throws IOException {
        ByteBuffer start = start(path);
        if (isZip(start)) {
            return TorchFile.open(path);
        }
        if (isPickle(start)) {
            throw new FormatException(path + " is a PyTorch checkpoint from before version 1.6, or another pickle;"
                    + " load it in a newer PyTorch and save it again, or get the model as safetensors");
        }
        return SafetensorsFile.open(path);
    }

    /** Whether a file that begins so is a zip archive, as PyTorch's checkpoints are. */
    static boolean isZip(ByteBuffer start) {
        return start.remaining() >= Integer.BYTES && start.getInt(0) == ZIP;
    }

    /** Whether a file that begins so is a pickle; the length of a safetensors header may begin like one. */
    static boolean isPickle(ByteBuffer start) {
        boolean pickle =
                start.remaining() >= 2 && start.get(0) == (byte) 0x80 && start.get(1) >= 0 && start.get(1) <= 5;
        return pickle
                && (start.remaining() < Long.BYTES
                        || Long.compareUnsigned(start.getLong(0), SafetensorsHeader.LARGEST) > 0);
    }

    private static ByteBuffer start(Path path) throws IOException {
        try (FileChannel channel = FileVersion.of(path).open()) {
            return FileVersion.bytes(channel, 0, Long.BYTES);
        }
    }
}
