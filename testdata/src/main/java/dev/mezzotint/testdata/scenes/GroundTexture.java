package dev.mezzotint.testdata.scenes;

/** The colour of the ground at a point, and of the backdrop into which it fades with distance. */
final class GroundTexture {
    private final Ground ground;
    private final int grain;
    private final double cos;
    private final double sin;
    private final double[] base;
    private final double[] second;
    private final double[] backdrop;

    GroundTexture(Ground ground, int grain) {
        this.ground = ground;
        this.grain = grain;
        // Boards and tiles keep roughly to the picture's axes; the rest has no direction.
        double lie = ((grain >>> 8 & 0xFF) / 255.0 - 0.5) * 0.5;
        this.cos = StrictMath.cos(lie);
        this.sin = StrictMath.sin(lie);
        this.base = Srgb.linear(
                switch (ground) {
                    case GREY_FLOOR -> 0x94979C;
                    case WOODEN_FLOOR -> 0x9A7450;
                    case SAND -> 0xCDBB93;
                    case GRASS -> 0x77875A;
                    case CHECKERED_FLOOR -> 0x9C9A98;
                    case DARK_FLOOR -> 0x45474D;
                });
        this.second = Srgb.linear(
                switch (ground) {
                    case GREY_FLOOR -> 0x8A8D92;
                    case WOODEN_FLOOR -> 0x7C5A3A;
                    case SAND -> 0xBBA77D;
                    case GRASS -> 0x647449;
                    case CHECKERED_FLOOR -> 0x75767B;
                    case DARK_FLOOR -> 0x3C3E44;
                });
        this.backdrop = Srgb.linear(
                switch (ground) {
                    case GREY_FLOOR -> 0xC3C8CE;
                    case WOODEN_FLOOR -> 0xD6CBB8;
                    case SAND -> 0xB4CDDC;
                    case GRASS -> 0xAFCBE0;
                    case CHECKERED_FLOOR -> 0xC8C4CC;
                    case DARK_FLOOR -> 0x747A86;
                });
    }

    /** Returns the linear colour of the backdrop. */
    double[] backdrop() {
        return backdrop;
    }

    /** Writes the ground's linear albedo at a point. */
    void albedo(double x, double z, double[] rgb) {
        double u = cos * x - sin * z;
        double v = sin * x + cos * z;
        double mix = switch (ground) {
            case GREY_FLOOR, DARK_FLOOR -> noise(1.3 * u, 1.3 * v);
            case WOODEN_FLOOR -> planks(u, v);
            case SAND -> 0.5 * noise(1.1 * u, 1.1 * v) + 0.5 * noise(1.5 * u, 5 * v);
            case GRASS -> 0.5 * noise(1.2 * u, 1.2 * v) + 0.5 * noise(5 * u, 4 * v);
            case CHECKERED_FLOOR -> (floor(u / 1.25) + floor(v / 1.25)) & 1;
        };
        for (int c = 0; c < 3; c++) {
            rgb[c] = base[c] + (second[c] - base[c]) * mix;
        }
    }

    private double planks(double u, double v) {
        double row = v / 0.62;
        int board = floor(row);
        double across = row - board;
        double gap = across < 0.06 ? 0.7 : 0;
        return 0.65 * hash(board, 7) + 0.35 * noise(0.9 * u, 6 * v) + gap;
    }

    /** Value noise: random values on a unit lattice, smoothly joined. */
    private double noise(double x, double y) {
        int x0 = floor(x);
        int y0 = floor(y);
        double fx = x - x0;
        double fy = y - y0;
        fx *= fx * (3 - 2 * fx);
        fy *= fy * (3 - 2 * fy);
        double upper = hash(x0, y0) * (1 - fx) + hash(x0 + 1, y0) * fx;
        double lower = hash(x0, y0 + 1) * (1 - fx) + hash(x0 + 1, y0 + 1) * fx;
        return upper * (1 - fy) + lower * fy;
    }

    private double hash(int x, int y) {
        int h = x * 0x27D4EB2D ^ y * 0x165667B1 ^ grain;
        h = (h ^ h >>> 15) * 0x85EBCA6B;
        h = (h ^ h >>> 13) * 0xC2B2AE35;
        return (h >>> 8) * 0x1p-24;
    }

    private static int floor(double value) {
        int truncated = (int) value;
        return value < truncated ? truncated - 1 : truncated;
    }
}
