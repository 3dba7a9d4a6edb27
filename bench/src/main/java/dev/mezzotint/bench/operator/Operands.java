package dev.mezzotint.bench.operator;

import java.util.Random;

/**
 * Random inputs of a workload, between −1 and 1.
 *
 * @param first a matrix (m, k), an image (size, size, in), queries (queries, heads · width)
 * @param second a matrix (k, n), weights (out, 3, 3, in), keys (keys, heads · width), a norm's factors (channels)
 * @param third values like keys, a norm's summands (channels); else empty
 */
public record Operands(float[] first, float[] second, float[] third) {
    /** The same workload gets the same values. */
    public static Operands of(Workload workload) {
        Random random = new Random(1);
        return switch (workload) {
            case Workload.MatrixProduct(int m, int n, int k) ->
                new Operands(values(random, m * k), values(random, k * n), new float[0]);
            case Workload.Convolution(int in, int out, int size) ->
                new Operands(values(random, size * size * in), values(random, out * 9 * in), new float[0]);
            case Workload.Attention(int heads, int queries, int keys, int width) ->
                new Operands(
                        values(random, queries * heads * width),
                        values(random, keys * heads * width),
                        values(random, keys * heads * width));
            case Workload.GroupNormSilu(int channels, int size) ->
                new Operands(
                        values(random, size * size * channels), values(random, channels), values(random, channels));
        };
    }

    private static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
