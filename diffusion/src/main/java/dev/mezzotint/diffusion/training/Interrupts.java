package dev.mezzotint.diffusion.training;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An interrupt asks a training to stop; Java takes it for more and closes the files of an interrupted thread. */
final class Interrupts {
    private Interrupts() {}

    /** Something that reads or writes files. */
    @FunctionalInterface
    interface FileWork {
        void run() throws IOException;
    }

    /** Something that gives what it read. */
    @FunctionalInterface
    interface FileSource<T> {
        T read() throws IOException;
    }

    /** Reads something to its end, as {@link #defer} does things. */
    static <T> T read(FileSource<T> source) throws IOException {
        List<T> result = new ArrayList<>();
        defer(() -> result.add(source.read()));
        return result.getFirst();
    }

    /** Does something to its end; an interrupt before or during it is there again afterwards. */
    static void defer(FileWork work) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            work.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
