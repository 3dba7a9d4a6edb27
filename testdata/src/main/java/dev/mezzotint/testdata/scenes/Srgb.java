package dev.mezzotint.testdata.scenes;

/** The sRGB transfer function (IEC 61966-2-1), both ways. */
final class Srgb {
    private static final int STEPS = 8192;
    private static final byte[] ENCODED = new byte[STEPS + 1];
    private static final double[] LINEAR = new double[256];

    static {
        for (int i = 0; i <= STEPS; i++) {
            double c = i / (double) STEPS;
            double encoded = c <= 0.0031308 ? 12.92 * c : 1.055 * StrictMath.pow(c, 1 / 2.4) - 0.055;
            ENCODED[i] = (byte) (int) (255 * encoded + 0.5);
        }
        for (int i = 0; i < 256; i++) {
            double c = i / 255.0;
            LINEAR[i] = c <= 0.04045 ? c / 12.92 : StrictMath.pow((c + 0.055) / 1.055, 2.4);
        }
    }

    private Srgb() {}

    /** Returns the 8-bit code of a linear intensity, clipped to [0, 1]. */
    static byte encode(double linear) {
        return ENCODED[(int) (Math.clamp(linear, 0.0, 1.0) * STEPS + 0.5)];
    }

    /** Returns the linear intensity of an 8-bit code. */
    static double decode(int code) {
        return LINEAR[code];
    }

    /** Returns the linear red, green and blue of a colour given as 0xRRGGBB. */
    static double[] linear(int srgb) {
        return new double[] {decode(srgb >> 16 & 0xFF), decode(srgb >> 8 & 0xFF), decode(srgb & 0xFF)};
    }
}
