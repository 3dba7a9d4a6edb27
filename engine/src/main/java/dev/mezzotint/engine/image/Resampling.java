package dev.mezzotint.engine.image;

/**
 * Separable resampling with a triangle filter, widened by the factor of reduction so that nothing is skipped (what PIL
 * calls BILINEAR).
 */
final class Resampling {
    /** For each new sample: the first old one under the filter, and the weights from there on, which sum to 1. */
    private record Filter(int[] first, float[][] weights) {
        static Filter of(int from, int to) {
            int[] first = new int[to];
            float[][] weights = new float[to][];
            double scale = (double) from / to;
            double support = Math.max(1, scale);
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale;
                int begin = Math.max(0, (int) (centre - support + 0.5));
                int end = Math.min(from, (int) (centre + support + 0.5));
                double[] raw = new double[end - begin];
                double sum = 0;
                for (int j = 0; j < raw.length; j++) {
                    raw[j] = Math.max(0, 1 - Math.abs((begin + j + 0.5 - centre) / support));
                    sum += raw[j];
                }
                first[i] = begin;
                weights[i] = new float[raw.length];
                for (int j = 0; j < raw.length; j++) {
                    weights[i][j] = (float) (raw[j] / sum);
                }
            }
            return new Filter(first, weights);
        }
    }

    private Resampling() {}

    static Image resize(Image image, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "a picture cannot be resized to " + width + "x" + height + "; sizes are at least 1");
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        int channels = image.channels();
        float[] rows = new float[Math.toIntExact((long) width * image.height() * channels)];
        Filter across = Filter.of(image.width(), width);
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < width; x++) {
                float[] weights = across.weights[x];
                for (int c = 0; c < channels; c++) {
                    float sum = 0;
                    int at = (y * image.width() + across.first[x]) * channels + c;
                    for (float weight : weights) {
                        sum += weight * (image.data()[at] & 0xFF);
                        at += channels;
                    }
                    rows[(y * width + x) * channels + c] = sum;
                }
            }
        }
        return new Image(width, height, channels, columns(rows, width * channels, Filter.of(image.height(), height)));
    }

    private static byte[] columns(float[] rows, int stride, Filter down) {
        byte[] result = new byte[Math.toIntExact((long) down.first.length * stride)];
        for (int y = 0; y < down.first.length; y++) {
            float[] weights = down.weights[y];
            for (int x = 0; x < stride; x++) {
                float sum = 0;
                int at = down.first[y] * stride + x;
                for (float weight : weights) {
                    sum += weight * rows[at];
                    at += stride;
                }
                result[y * stride + x] = (byte) Math.clamp(Math.round(sum), 0, 255);
            }
        }
        return result;
    }
}
