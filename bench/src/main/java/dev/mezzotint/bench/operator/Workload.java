package dev.mezzotint.bench.operator;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.NormGeometry;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An operator and its shape, written as one word such as {@code conv3x3-320-640@64}. Images are channels-last. */
public sealed interface Workload {
    /** Multiplications and additions of the direct algorithm; 0 where bytes are what counts. */
    double flops();

    /** Bytes that must be read and written at least once, in single precision. */
    double bytes();

    /** How it is written. */
    String label();

    /**
     * C[m×n] = A[m×k] · B[k×n], B being a weight that an engine may bring into a form of its own beforehand: {@code
     * matmul-MxNxK}.
     */
    record MatrixProduct(int m, int n, int k) implements Workload {
        @Override
        public double flops() {
            return 2.0 * m * n * k;
        }

        @Override
        public double bytes() {
            return 4 * ((double) m * k + (double) k * n + (double) m * n);
        }

        @Override
        public String label() {
            return "matmul-" + m + "x" + n + "x" + k;
        }
    }

    /** A 3×3 convolution of a square image with a border of zeros and no bias: {@code conv3x3-IN-OUT@SIZE}. */
    record Convolution(int in, int out, int size) implements Workload {
        /** The shape in full. */
        public ConvGeometry geometry() {
            return ConvGeometry.square(1, size, size, in, out, 3, 1, 1);
        }

        @Override
        public double flops() {
            return geometry().flops();
        }

        @Override
        public double bytes() {
            return 4 * ((double) size * size * (in + out) + 9.0 * in * out);
        }

        @Override
        public String label() {
            return "conv3x3-" + in + "-" + out + "@" + size;
        }
    }

    /** softmax(Q Kᵀ / √width) V with all heads of a row side by side: {@code attention-HEADSxQUERIESxKEYSxWIDTH}. */
    record Attention(int heads, int queries, int keys, int width) implements Workload {
        @Override
        public double flops() {
            float scale = (float) (1 / Math.sqrt(width));
            return new AttentionGeometry(1, heads, queries, keys, width, scale, false).flops();
        }

        @Override
        public double bytes() {
            return 8.0 * heads * width * (queries + keys);
        }

        @Override
        public String label() {
            return "attention-" + heads + "x" + queries + "x" + keys + "x" + width;
        }
    }

    /** Group norm in 32 groups, then SiLU, of a square image: {@code norm-CHANNELS@SIZE}. */
    record GroupNormSilu(int channels, int size) implements Workload {
        /** Groups of channels. */
        public static final int GROUPS = 32;

        /** Added to the variance. */
        public static final float EPSILON = 1e-5f;

        /** Refuses channels that cannot be divided into the groups. */
        public GroupNormSilu {
            new NormGeometry(1, size * size, channels, GROUPS, EPSILON, Activation.SILU);
        }

        @Override
        public double flops() {
            return 0;
        }

        @Override
        public double bytes() {
            return 8.0 * channels * size * size;
        }

        @Override
        public String label() {
            return "norm-" + channels + "@" + size;
        }
    }

    /**
     * Reads what {@link #label} writes.
     *
     * @throws IllegalArgumentException if it is none of the four forms
     */
    static Workload parse(String label) {
        Matcher matcher = Forms.ANY.matcher(label);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + label + "' is no operator; write matmul-MxNxK, conv3x3-IN-OUT@SIZE,"
                            + " attention-HEADSxQUERIESxKEYSxWIDTH or norm-CHANNELS@SIZE");
        }
        MatchResult form = matcher.toMatchResult();
        if (form.start(1) >= 0) {
            return new MatrixProduct(number(form, 1), number(form, 2), number(form, 3));
        }
        if (form.start(4) >= 0) {
            return new Convolution(number(form, 4), number(form, 5), number(form, 6));
        }
        if (form.start(7) >= 0) {
            return new Attention(number(form, 7), number(form, 8), number(form, 9), number(form, 10));
        }
        return new GroupNormSilu(number(form, 11), number(form, 12));
    }

    private static int number(MatchResult form, int group) {
        return Integer.parseInt(form.group(group));
    }

    /** The four forms. */
    final class Forms {
        private static final String N = "([1-9]\\d{0,6})";
        private static final Pattern ANY = Pattern.compile("matmul-" + N + "x" + N + "x" + N + "|conv3x3-" + N + "-" + N
                + "@" + N + "|attention-" + N + "x" + N + "x" + N + "x" + N + "|norm-" + N + "@" + N);

        private Forms() {}
    }
}
