package dev.mezzotint.testdata.scenes;

import java.util.Locale;

/** The colours of objects, far enough apart to be told from one another in light and in shadow. */
public enum Hue {
    RED(0xD8, 0x20, 0x24),
    ORANGE(0xF8, 0x84, 0x10),
    YELLOW(0xFC, 0xE0, 0x20),
    GREEN(0x22, 0xA8, 0x34),
    CYAN(0x28, 0xD2, 0xDC),
    BLUE(0x20, 0x48, 0xE0),
    PURPLE(0x90, 0x2C, 0xB8),
    WHITE(0xF4, 0xF4, 0xF4);

    private final int srgb;

    Hue(int red, int green, int blue) {
        this.srgb = red << 16 | green << 8 | blue;
    }

    /** Returns the word that names the colour, as written in captions and in attributes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the paint's sRGB colour as 0xRRGGBB; a rendered surface is this, lit and shaded. */
    public int srgb() {
        return srgb;
    }
}
