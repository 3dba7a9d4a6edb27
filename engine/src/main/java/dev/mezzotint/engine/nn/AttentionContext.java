package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What layers attend to beside their own input. All steps of a sampling run attend to the same text, so a context that is
 * kept for the run remembers at inference the keys and values that each layer made of it. Not thread-safe.
 */
public final class AttentionContext {
    /** Both (batch, keys, width of all heads). */
    record KeysAndValues(Tensor keys, Tensor values) {}

    private final Tensor tensor;
    private final boolean kept;
    private final Map<MultiHeadAttention, KeysAndValues> made = new IdentityHashMap<>();

    private AttentionContext(Tensor tensor, boolean kept) {
        this.tensor = Objects.requireNonNull(tensor, "tensor");
        this.kept = kept;
    }

    /** A context for one pass, (batch, keys, contextWidth). */
    public static AttentionContext once(Tensor tensor) {
        return new AttentionContext(tensor, false);
    }

    /** A context for many passes, during which neither it nor the weights may change. */
    public static AttentionContext kept(Tensor tensor) {
        return new AttentionContext(tensor, true);
    }

    /** How many examples it is for. */
    public int batch() {
        return tensor.size(0);
    }

    /** What a layer makes of it; what is kept is not the tape's, so that releasing it does nothing. */
    KeysAndValues of(MultiHeadAttention layer, Tape tape) {
        if (!kept || tape.isRecording()) {
            return layer.keysAndValues(tape, tensor);
        }
        KeysAndValues known = made.get(layer);
        if (known == null) {
            KeysAndValues fresh = layer.keysAndValues(tape, tensor);
            known = new KeysAndValues(fresh.keys().copy(), fresh.values().copy());
            made.put(layer, known);
        }
        return known;
    }
}
