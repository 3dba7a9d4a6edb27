package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * What inpainting draws anew.
 *
 * @param open 1 there and 0 elsewhere, (height · width), a value a pixel
 */
record Mask(int width, int height, float[] open) {
    /** Samples from here on count as white. */
    private static final int WHITE = 128;

    /** A picture, brought to a size and then to black and white. */
    static Mask of(Image image, int width, int height) {
        Image sized = image.resize(width, height);
        float[] open = new float[width * height];
        for (int i = 0; i < open.length; i++) {
            open[i] = luma(sized, i) >= WHITE ? 1 : 0;
        }
        return new Mask(width, height, open);
    }

    /** ITU-R 601-2 luma in sixteen bits of fraction, as PIL has it. */
    private static int luma(Image image, int pixel) {
        int at = pixel * image.channels();
        if (image.channels() == 1) {
            return image.data()[at] & 0xFF;
        }
        int luma = 19595 * (image.data()[at] & 0xFF)
                + 38470 * (image.data()[at + 1] & 0xFF)
                + 7471 * (image.data()[at + 2] & 0xFF);
        return (luma + 0x8000) >> 16;
    }

    /** The mask on a coarser grid: each position takes its first pixel. */
    float[] every(int factor) {
        int columns = width / factor;
        float[] coarse = new float[columns * (height / factor)];
        for (int i = 0; i < coarse.length; i++) {
            coarse[i] = open[i / columns * factor * width + i % columns * factor];
        }
        return coarse;
    }

    /** A picture, (1, height, width, channels), grey where it is to be drawn anew. */
    Tensor cutOut(Tensor picture) {
        Tensor rest = picture.copy();
        int channels = picture.size(3);
        for (int i = 0; i < rest.length(); i++) {
            rest.data()[i] *= 1 - open[i / channels];
        }
        return rest;
    }
}
