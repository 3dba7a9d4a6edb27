package dev.mezzotint.testdata.scenes;

import dev.mezzotint.engine.image.Image;

/**
 * Draws scenes: a ray caster with a key light, shadows, light from the sky and the ground, and a slight gloss; four
 * samples a pixel, each lit from another corner of the light. Thread-safe.
 */
public final class SceneRenderer {
    private static final int SAMPLES = 2;

    /** Creates a renderer, which keeps nothing between pictures. */
    public SceneRenderer() {}

    /**
     * Draws a scene.
     *
     * @param scene what to draw
     * @param size width and height of the picture in pixels, from 8 to 4096
     * @return an RGB picture
     * @throws IllegalArgumentException if the size is out of range
     */
    public Image render(Scene scene, int size) {
        if (size < 8 || size > 4096) {
            throw new IllegalArgumentException("a scene is drawn from 8 to 4096 pixels wide, not " + size);
        }
        Shading shading = new Shading(scene);
        double[] sample = new double[3];
        byte[] data = new byte[3 * size * size];
        double step = 1.0 / (size * SAMPLES);
        int at = 0;
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                double red = 0;
                double green = 0;
                double blue = 0;
                for (int s = 0; s < SAMPLES * SAMPLES; s++) {
                    double u = (column * SAMPLES + s % SAMPLES + 0.5) * step;
                    double v = (row * SAMPLES + s / SAMPLES + 0.5) * step;
                    shading.colour(u, v, s, sample);
                    red += Math.min(1, sample[0]);
                    green += Math.min(1, sample[1]);
                    blue += Math.min(1, sample[2]);
                }
                data[at++] = Srgb.encode(red / (SAMPLES * SAMPLES));
                data[at++] = Srgb.encode(green / (SAMPLES * SAMPLES));
                data[at++] = Srgb.encode(blue / (SAMPLES * SAMPLES));
            }
        }
        return new Image(size, size, 3, data);
    }
}
