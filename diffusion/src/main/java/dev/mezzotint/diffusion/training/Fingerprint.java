package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/** Short checksums that tell whether something is still what a training began with. */
final class Fingerprint {
    private static final int SAMPLES = 16;

    private Fingerprint() {}

    /** Of a data set: its first sixteen pictures and captions. */
    static String of(CaptionedDataset data) {
        CRC32 sum = new CRC32();
        for (long i = 0; i < Math.min(SAMPLES, data.size()); i++) {
            Example example = data.example(i);
            sum.update(example.image().data());
            sum.update(example.caption().getBytes(StandardCharsets.UTF_8));
        }
        return hex(sum);
    }

    /** Of a file, all of it. */
    static String of(Path file) throws IOException {
        CRC32 sum = new CRC32();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return hex(sum);
    }

    private static String hex(CRC32 sum) {
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }
}
