package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.scalar.ScalarMath;

/** Activations on a row of a finished tile. */
final class TileActivation {
    private TileActivation() {}

    static void apply(Activation activation, float[] c, int offset, int length) {
        for (int j = offset; j < offset + length; j++) {
            c[j] = (float) ScalarMath.activate(activation, c[j]);
        }
    }
}
