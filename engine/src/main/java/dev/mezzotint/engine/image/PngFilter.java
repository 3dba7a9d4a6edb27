package dev.mezzotint.engine.image;

/** The five row filters (standard, section 9). A row is its bytes without the filter's number. */
enum PngFilter {
    NONE,
    SUB,
    UP,
    AVERAGE,
    PAETH;

    private static final PngFilter[] BY_NUMBER = values();

    static PngFilter of(int number) {
        return BY_NUMBER[number];
    }

    static boolean isKnown(int number) {
        return number >= 0 && number < BY_NUMBER.length;
    }

    /**
     * Undoes the filter in place.
     *
     * @param above the row above, zeros for the first
     * @param pixelBytes bytes a whole pixel, at least 1
     */
    void undo(byte[] row, byte[] above, int length, int pixelBytes) {
        for (int i = 0; i < length; i++) {
            row[i] += (byte) predict(row, above, i, pixelBytes);
        }
    }

    /**
     * Filters {@code row} into {@code to} and returns the sum of the absolute differences, by which filters are
     * chosen.
     */
    long apply(byte[] row, byte[] above, byte[] to, int length, int pixelBytes) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            to[i] = (byte) (row[i] - predict(row, above, i, pixelBytes));
            sum += Math.abs(to[i]);
        }
        return sum;
    }

    private int predict(byte[] row, byte[] above, int i, int pixelBytes) {
        int left = i < pixelBytes ? 0 : row[i - pixelBytes] & 0xFF;
        int up = above[i] & 0xFF;
        return switch (this) {
            case NONE -> 0;
            case SUB -> left;
            case UP -> up;
            case AVERAGE -> (left + up) / 2;
            case PAETH -> paeth(left, up, i < pixelBytes ? 0 : above[i - pixelBytes] & 0xFF);
        };
    }

    private static int paeth(int left, int up, int upLeft) {
        int estimate = left + up - upLeft;
        int toLeft = Math.abs(estimate - left);
        int toUp = Math.abs(estimate - up);
        int toUpLeft = Math.abs(estimate - upLeft);
        if (toLeft <= toUp && toLeft <= toUpLeft) {
            return left;
        }
        return toUp <= toUpLeft ? up : upLeft;
    }
}
