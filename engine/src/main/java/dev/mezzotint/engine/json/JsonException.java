package dev.mezzotint.engine.json;

/** Text that is not JSON, or a JSON value that is not what was asked for; the message says where and what. */
public final class JsonException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence */
    public JsonException(String message) {
        super(message);
    }
}
