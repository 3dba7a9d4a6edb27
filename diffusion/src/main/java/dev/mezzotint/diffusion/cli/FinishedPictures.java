package dev.mezzotint.diffusion.cli;

import java.io.IOException;
import java.io.PrintWriter;

/** Keeps what is finished when Ctrl-C ends the program: a file that is being written is completed first. */
final class FinishedPictures implements AutoCloseable {
    /** Writes a picture's files. */
    @FunctionalInterface
    interface Writing {
        void run() throws IOException;
    }

    private final PrintWriter err;
    private final int wanted;
    private final Thread hook = new Thread(this::stopped, "mezzotint-stop");
    private int finished;

    FinishedPictures(PrintWriter err, int wanted) {
        this.err = err;
        this.wanted = wanted;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Writes a picture's files as a whole. */
    synchronized void write(Writing writing) throws IOException {
        writing.run();
        finished++;
    }

    private synchronized void stopped() {
        err.println();
        err.println("mezzo: stopped; " + finished + " of " + wanted + (wanted == 1 ? " picture is" : " pictures are")
                + " finished and kept");
        err.flush();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook has said so.
        }
    }
}
