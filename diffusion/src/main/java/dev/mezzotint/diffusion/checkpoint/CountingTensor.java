package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;

/** The numbers from 0 on in one row, (1, count): the places of a text's tokens, which older versions stored too. */
record CountingTensor(int count) implements StoredTensor {
    @Override
    public String origin() {
        return "the numbers up to " + count;
    }

    @Override
    public DType dtype() {
        return DType.I64;
    }

    @Override
    public int[] shape() {
        return new int[] {1, count};
    }

    @Override
    public Rows open() {
        return new Rows() {
            @Override
            public void read(int from, int to, float[] target, int offset) {
                for (int i = 0; i < (to - from) * count; i++) {
                    target[offset + i] = i;
                }
            }

            @Override
            public void close() {
                // nothing was opened
            }
        };
    }
}
