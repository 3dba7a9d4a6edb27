package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.random.TorchGenerator;

/**
 * Small damage of the kinds that a decoder of latents does to a picture, so that a judge trained on clean renders is
 * not put off by it: softness, other brightness and contrast, noise.
 */
final class Distortion {
    private static final float BRIGHTNESS = 0.08f;
    private static final float CONTRAST = 0.12f;
    private static final float NOISE = 0.06f;

    private Distortion() {}

    /**
     * Distorts one picture in place; one in four stays sharp, the others are blurred once or twice in part.
     *
     * @param data (size, size, 3) in [−1, 1] from {@code offset} on
     */
    static void apply(float[] data, int offset, int size, TorchGenerator random) {
        int blurs = random.nextInt(4);
        for (int i = 0; i < Math.min(blurs, 2); i++) {
            blur(data, offset, size, random.nextFloat());
        }
        float shift = BRIGHTNESS * (2 * random.nextFloat() - 1);
        float scale = 1 + CONTRAST * (2 * random.nextFloat() - 1);
        float deviation = NOISE * random.nextFloat();
        float[] noise = random.randn(size * size * 3);
        for (int i = 0; i < noise.length; i++) {
            data[offset + i] = Math.clamp(scale * data[offset + i] + shift + deviation * noise[i], -1f, 1f);
        }
    }

    /** Moves each pixel by {@code share} of the way to the binomial mean (1, 2, 1) of its neighbourhood. */
    private static void blur(float[] data, int offset, int size, float share) {
        float[] rows = new float[size * size * 3];
        int stride = size * 3;
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int left = y * stride + Math.max(x - 1, 0) * 3;
                int middle = y * stride + x * 3;
                int right = y * stride + Math.min(x + 1, size - 1) * 3;
                for (int c = 0; c < 3; c++) {
                    rows[middle + c] = 0.25f * (data[offset + left + c] + data[offset + right + c])
                            + 0.5f * data[offset + middle + c];
                }
            }
        }
        for (int y = 0; y < size; y++) {
            int up = Math.max(y - 1, 0) * stride;
            int down = Math.min(y + 1, size - 1) * stride;
            for (int i = 0; i < stride; i++) {
                float mean = 0.25f * (rows[up + i] + rows[down + i]) + 0.5f * rows[y * stride + i];
                int at = offset + y * stride + i;
                data[at] += share * (mean - data[at]);
            }
        }
    }
}
