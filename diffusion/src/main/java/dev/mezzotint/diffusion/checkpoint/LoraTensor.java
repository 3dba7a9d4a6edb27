package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A weight with low-rank updates, W + Σ scale · up · down, computed in float when rows are read. Whoever stores the rows
 * in the weight's own type rounds once.
 */
final class LoraTensor implements StoredTensor {
    /** Ranks that are added in one pass over a row, so that the row is loaded and stored less often. */
    private static final int UNROLLED = 4;

    /** One update of this weight. */
    record Update(LoraEntry entry, double weight) {}

    private final StoredTensor base;
    private final List<Update> updates;

    LoraTensor(StoredTensor base, List<Update> updates) {
        this.base = base;
        this.updates = List.copyOf(updates);
    }

    @Override
    public String origin() {
        return base.origin();
    }

    @Override
    public DType dtype() {
        return base.dtype();
    }

    @Override
    public int[] shape() {
        return base.shape();
    }

    @Override
    public Rows open() throws IOException {
        int ranks = updates.stream().mapToInt(u -> u.entry().rank()).sum();
        int padded = Math.ceilDiv(ranks, UNROLLED) * UNROLLED;
        float[][] down = new float[padded][];
        float[] up = new float[Math.multiplyExact(rows(), padded)];
        int at = 0;
        for (Update update : updates) {
            int rank = update.entry().rank();
            float[] factor = update.entry().up().floats();
            double scale = update.weight() * update.entry().scale();
            for (int row = 0; row < rows(); row++) {
                for (int r = 0; r < rank; r++) {
                    up[row * padded + at + r] = (float) (scale * factor[row * rank + r]);
                }
            }
            float[] rowsOfDown = down(update.entry());
            for (int r = 0; r < rank; r++) {
                down[at + r] = Arrays.copyOfRange(rowsOfDown, r * rowLength(), (r + 1) * rowLength());
            }
            at += rank;
        }
        Arrays.fill(down, ranks, padded, new float[rowLength()]);
        return new Updated(base.open(), down, up);
    }

    /** The rows that {@code up} combines: {@code down}, or {@code mid} applied to it. */
    private static float[] down(LoraEntry entry) throws IOException {
        float[] down = entry.down().floats();
        if (entry.mid().isEmpty()) {
            return down;
        }
        float[] mid = entry.mid().get().floats();
        int rank = entry.rank();
        int channels = down.length / rank;
        int kernel = mid.length / rank / rank;
        float[] product = new float[rank * channels * kernel];
        for (int i = 0; i < rank; i++) {
            for (int j = 0; j < rank; j++) {
                for (int c = 0; c < channels; c++) {
                    for (int k = 0; k < kernel; k++) {
                        product[(i * channels + c) * kernel + k] +=
                                mid[(i * rank + j) * kernel + k] * down[j * channels + c];
                    }
                }
            }
        }
        return product;
    }

    /** Adds four rows of {@code down}, each with its factor. All arrays are indexed alike, so that this vectorises. */
    private static void add(
            float[] sum,
            float f0,
            float[] row0,
            float f1,
            float[] row1,
            float f2,
            float[] row2,
            float f3,
            float[] row3) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += f0 * row0[i] + f1 * row1[i] + (f2 * row2[i] + f3 * row3[i]);
        }
    }

    private record Updated(Rows base, float[][] down, float[] up) implements Rows {
        @Override
        public void read(int from, int to, float[] target, int offset) {
            base.read(from, to, target, offset);
            int length = down[0].length;
            float[] sum = new float[length];
            for (int row = from; row < to; row++) {
                Arrays.fill(sum, 0);
                int factor = row * down.length;
                for (int r = 0; r < down.length; r += UNROLLED) {
                    add(
                            sum,
                            up[factor + r],
                            down[r],
                            up[factor + r + 1],
                            down[r + 1],
                            up[factor + r + 2],
                            down[r + 2],
                            up[factor + r + 3],
                            down[r + 3]);
                }
                int start = offset + (row - from) * length;
                for (int i = 0; i < length; i++) {
                    target[start + i] += sum[i];
                }
            }
        }

        @Override
        public void close() {
            base.close();
        }
    }
}
