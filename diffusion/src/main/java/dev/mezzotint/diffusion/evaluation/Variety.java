package dev.mezzotint.diffusion.evaluation;

import java.util.List;

/**
 * How different pictures of one prompt are: the mean perceptual distance of two of them, which differ in their seeds
 * alone, averaged over prompts (Zhu et al. 2017, "Toward Multimodal Image-to-Image Translation", section 5.2,
 * "diversity"). The distance is that of {@link Judge#features}: it sees what stands where, on which ground and in which
 * light, and hardly minds brighter or harder pictures, which guidance makes too and which a distance of pixels would
 * count as variety.
 */
final class Variety {
    private Variety() {}

    /**
     * Measures variety.
     *
     * @param features one vector a picture, {@code seeds} pictures of the first prompt, then those of the second and so
     *     on
     * @return the mean squared distance; NaN if there is no picture
     * @throws IllegalArgumentException if the pictures are not {@code seeds} a prompt
     */
    static double of(List<float[]> features, int seeds) {
        if (features.size() % seeds != 0) {
            throw new IllegalArgumentException(
                    "variety: " + features.size() + " pictures are not " + seeds + " of each prompt");
        }
        double sum = 0;
        int pairs = 0;
        for (int first = 0; first < features.size(); first += seeds) {
            for (int i = first; i < first + seeds; i++) {
                for (int j = first; j < i; j++) {
                    sum += squaredDistance(features.get(i), features.get(j));
                    pairs++;
                }
            }
        }
        return sum / pairs;
    }

    private static double squaredDistance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }
}
