package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Kernels;

/** A packed copy of a weight, made again when the weight has changed or other kernels are to read it. */
final class PackedWeight {
    /** Writes the packed form. */
    @FunctionalInterface
    interface Packer {
        void pack(float[] packed);
    }

    private final Parameter weight;
    private float[] packed = {};
    private int version = -1;
    private Kernels packedFor;

    PackedWeight(Parameter weight) {
        this.weight = weight;
    }

    float[] get(Tape tape, int length, Packer packer) {
        if (version != weight.version() || packed.length != length || packedFor != tape.kernels()) {
            if (packed.length != length) {
                packed = new float[length];
            }
            packer.pack(packed);
            version = weight.version();
            packedFor = tape.kernels();
        }
        return packed;
    }
}
