package dev.mezzotint.engine.image;

import java.util.Objects;

/**
 * A picture of 8 bits a sample.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param channels 1 grey, 3 RGB or 4 RGBA (alpha not multiplied in)
 * @param data rows from the top, pixels from the left, channels together (HWC); not copied
 */
public record Image(int width, int height, int channels, byte[] data) {
    /** @throws IllegalArgumentException if sizes and data do not go together */
    public Image {
        if (width < 1 || height < 1 || (channels != 1 && channels != 3 && channels != 4)) {
            throw new IllegalArgumentException("a picture of " + width + "x" + height + " pixels and " + channels
                    + " channels cannot be; sizes are at least 1 and channels 1, 3 or 4");
        }
        if ((long) width * height * channels != data.length) {
            throw new IllegalArgumentException("a picture of " + width + "x" + height + " pixels and " + channels
                    + " channels needs " + (long) width * height * channels + " bytes but got " + data.length);
        }
    }

    /** An RGB picture. */
    public static Image ofRgb(int width, int height, byte[] data) {
        return new Image(width, height, 3, data);
    }

    /**
     * An RGBA picture of pixels as {@code 0xAARRGGBB}, which is how {@code java.awt} gives them.
     *
     * @param pixels rows from the top, pixels from the left
     */
    public static Image ofArgb(int width, int height, int[] pixels) {
        byte[] rgba = new byte[4 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            rgba[4 * i] = (byte) (pixels[i] >> 16);
            rgba[4 * i + 1] = (byte) (pixels[i] >> 8);
            rgba[4 * i + 2] = (byte) pixels[i];
            rgba[4 * i + 3] = (byte) (pixels[i] >>> 24);
        }
        return new Image(width, height, 4, rgba);
    }

    /**
     * A picture from samples in [-1, 1], as models give them: round((x / 2 + 0.5) · 255), ties to even, with what is
     * outside cut off.
     *
     * @param data HWC from {@code offset} on
     * @throws IllegalArgumentException if a sample is not a number
     */
    public static Image ofSignedFloats(int width, int height, int channels, float[] data, int offset) {
        int count = Math.toIntExact((long) width * height * channels);
        Objects.checkFromIndexSize(offset, count, data.length);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            float x = data[offset + i];
            if (Float.isNaN(x)) {
                throw new IllegalArgumentException(
                        "sample " + i + " of the picture is not a number; look for the step that made it so");
            }
            bytes[i] = (byte) Math.rint(Math.clamp(x / 2 + 0.5f, 0f, 1f) * 255f);
        }
        return new Image(width, height, channels, bytes);
    }

    /** The samples as x / 127.5 - 1, in [-1, 1], HWC. */
    public float[] toSignedFloats() {
        float[] floats = new float[data.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (data[i] & 0xFF) / 255f * 2 - 1;
        }
        return floats;
    }

    /** This picture with three channels: grey is repeated, transparency left out, as PIL converts to RGB. */
    public Image rgb() {
        if (channels == 3) {
            return this;
        }
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++) {
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = channels == 1 ? data[i] : data[4 * i + c];
            }
        }
        return new Image(width, height, 3, rgb);
    }

    /**
     * This picture at another size, as PIL's LANCZOS makes it; transparency is resampled like a colour.
     *
     * @throws IllegalArgumentException if a size is below 1
     */
    public Image resize(int newWidth, int newHeight) {
        return Resampling.resize(this, newWidth, newHeight);
    }
}
