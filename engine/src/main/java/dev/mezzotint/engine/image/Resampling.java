package dev.mezzotint.engine.image;

/**
 * Separable resampling with Lanczos' filter of three lobes, widened by the factor of reduction so that nothing is
 * skipped: to the bit what PIL calls LANCZOS, whose weights are whole multiples of 2⁻²² and whose rows are rounded to
 * samples before the columns.
 */
final class Resampling {
    private static final int LOBES = 3;
    private static final int PRECISION = 22;

    /** For each new sample: the first old one under the filter, and the weights from there on, in units of 2⁻²². */
    private record Filter(int[] first, int[][] weights) {
        static Filter of(int from, int to) {
            int[] first = new int[to];
            int[][] weights = new int[to][];
            double scale = (double) from / to;
            double stretch = Math.max(1, scale);
            double support = LOBES * stretch;
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale;
                first[i] = Math.max(0, (int) (centre - support + 0.5));
                double[] raw = new double[Math.min(from, (int) (centre + support + 0.5)) - first[i]];
                double sum = 0;
                for (int j = 0; j < raw.length; j++) {
                    raw[j] = lanczos((first[i] + j - centre + 0.5) * (1 / stretch));
                    sum += raw[j];
                }
                weights[i] = new int[raw.length];
                for (int j = 0; j < raw.length; j++) {
                    double weight = raw[j] / sum * (1 << PRECISION);
                    weights[i][j] = (int) (weight + Math.copySign(0.5, weight));
                }
            }
            return new Filter(first, weights);
        }
    }

    private Resampling() {}

    private static double lanczos(double x) {
        return x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }

    static Image resize(Image image, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "a picture cannot be resized to " + width + "x" + height + "; sizes are at least 1");
        }
        int channels = image.channels();
        byte[] data = image.data();
        if (width != image.width()) {
            data = along(data, image.height(), image.width(), width, channels);
        }
        if (height != image.height()) {
            data = along(data, 1, image.height(), height, width * channels);
        }
        return data == image.data() ? image : new Image(width, height, channels, data);
    }

    /**
     * Resamples along the middle of three axes.
     *
     * @param data (outer, from, inner)
     * @return (outer, to, inner)
     */
    private static byte[] along(byte[] data, int outer, int from, int to, int inner) {
        Filter filter = Filter.of(from, to);
        byte[] result = new byte[Math.toIntExact((long) outer * to * inner)];
        for (int o = 0; o < outer; o++) {
            for (int t = 0; t < to; t++) {
                int[] weights = filter.weights[t];
                int begin = (o * from + filter.first[t]) * inner;
                for (int i = 0; i < inner; i++) {
                    int sum = 1 << PRECISION - 1;
                    int at = begin + i;
                    for (int weight : weights) {
                        sum += weight * (data[at] & 0xFF);
                        at += inner;
                    }
                    result[(o * to + t) * inner + i] = (byte) Math.clamp(sum >> PRECISION, 0, 255);
                }
            }
        }
        return result;
    }
}
