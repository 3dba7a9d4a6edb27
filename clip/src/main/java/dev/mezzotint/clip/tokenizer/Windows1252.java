package dev.mezzotint.clip.tokenizer;

/**
 * Windows code page 1252 as browsers read it: the five bytes it leaves undefined are the control characters of Latin-1,
 * so that every byte has a character. The inverse takes Latin-1's control characters too.
 */
final class Windows1252 {
    private static final String HIGH_CONTROLS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    private Windows1252() {}

    /** The character of a byte from 0 to 255. */
    static char character(int unsignedByte) {
        boolean highControl = unsignedByte >= 0x80 && unsignedByte <= 0x9F;
        return highControl ? HIGH_CONTROLS.charAt(unsignedByte - 0x80) : (char) unsignedByte;
    }

    /** The byte of a character, or -1 if the code page lacks it. */
    static int unsignedByte(char character) {
        if (character <= 0xFF) {
            return character;
        }
        int at = HIGH_CONTROLS.indexOf(character);
        return at < 0 ? -1 : 0x80 + at;
    }
}
