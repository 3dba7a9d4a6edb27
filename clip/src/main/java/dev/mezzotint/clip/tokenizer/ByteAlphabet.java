package dev.mezzotint.clip.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's alphabet of 256 visible characters, one for each byte, in the order of CLIP's vocabulary: bytes that Latin-1
 * shows come first and stand for themselves, the others follow as U+0100 and up.
 */
final class ByteAlphabet {
    /** What marks a symbol that ends a word. */
    static final String WORD_END = "</w>";

    private static final int[] BYTE_AT = new int[256];
    private static final char[] LETTER_OF = new char[256];
    private static final int[] BYTE_OF = new int[512];

    static {
        int next = 0;
        for (int b = 0; b < 256; b++) {
            if (isVisible(b)) {
                LETTER_OF[b] = (char) b;
                BYTE_AT[next++] = b;
            }
        }
        int invisible = 0;
        for (int b = 0; b < 256; b++) {
            if (!isVisible(b)) {
                LETTER_OF[b] = (char) (256 + invisible++);
                BYTE_AT[next++] = b;
            }
        }
        Arrays.fill(BYTE_OF, -1);
        for (int b = 0; b < 256; b++) {
            BYTE_OF[LETTER_OF[b]] = b;
        }
    }

    private ByteAlphabet() {}

    /** The character for a byte from 0 to 255. */
    static char letter(int unsignedByte) {
        return LETTER_OF[unsignedByte];
    }

    /** The character that stands at a position, 0 to 255, of the vocabulary. */
    static char letterAt(int position) {
        return LETTER_OF[BYTE_AT[position]];
    }

    /** The byte a character stands for, or -1 if the alphabet has no such character. */
    static int byteOf(char letter) {
        return letter < BYTE_OF.length ? BYTE_OF[letter] : -1;
    }

    /** The one-byte symbols of a word; the last one carries {@link #WORD_END}. */
    static String[] symbols(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        String[] symbols = new String[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            String letter = String.valueOf(letter(bytes[i] & 0xFF));
            symbols[i] = i == bytes.length - 1 ? letter + WORD_END : letter;
        }
        return symbols;
    }

    private static boolean isVisible(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    }
}
