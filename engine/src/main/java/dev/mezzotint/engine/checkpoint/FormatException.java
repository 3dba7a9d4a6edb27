package dev.mezzotint.engine.checkpoint;

import java.io.IOException;

/** A file that is not what it should be; the message says in one sentence which file, what is wrong and what to do. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence */
    public FormatException(String message) {
        super(message);
    }

    /** @param message one sentence */
    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
