package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A table of learned rows. */
public final class Embedding {
    private final Parameter weight;

    /** Declares {@code weight} (entries, width). */
    public Embedding(Parameters parameters, int entries, int width, double deviation) {
        weight = parameters
                .declare("weight", Shape.of(entries, width), ParameterLayout.SAME, Initializer.normal(deviation))
                .usedAs(Parameter.Use.ROWS);
    }

    /** The rows of these indices, (indices.length, width). */
    public Tensor forward(Tape tape, int[] indices) {
        if (tape.isRecording() || !weight.isUnread()) {
            return ResampleOps.gather(tape, weight.on(tape), indices);
        }
        return read(tape, weight.source().orElseThrow(), indices);
    }

    /** Reads these rows alone: a prompt has 77 of a vocabulary's 49,408. */
    private Tensor read(Tape tape, StoredTensor table, int[] indices) {
        ResampleOps.requireRows(weight.shape(), indices);
        int width = weight.shape().last();
        Tensor y = tape.allocate(Shape.of(indices.length, width));
        try (StoredTensor.Rows rows = table.open()) {
            for (int i = 0; i < indices.length; i++) {
                rows.read(indices[i], indices[i] + 1, y.data(), i * width);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return y;
    }

    /** The whole table, (entries, width). */
    public Tensor table(Tape tape) {
        return weight.on(tape);
    }
}
