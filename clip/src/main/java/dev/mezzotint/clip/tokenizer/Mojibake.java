package dev.mezzotint.clip.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Finds UTF-8 that was read as Latin-1 or Windows-1252 ("cafÃ©" for "café") and reads it again. A sequence is taken for
 * damage if its bytes are well-formed UTF-8 and such a sequence is unlikely in true text: after another one, or with
 * one of the lead characters Â, Ã, â and ð that Latin letters, punctuation and emoji give, or with a continuation that
 * is neither punctuation nor a letter. (What remains, "CAFÉ”" or "é…”", is how capitals and quotes meet in French.)
 */
final class Mojibake {
    private static final String PLAUSIBLE = "\u00A0¡§©«\u00AD®°´¶·»¿‚„…‹‘’“”•–—™›ŠšŽžŒœŸ";

    private Mojibake() {}

    /** The text with every such sequence read again, also where the damage was done several times. */
    static String repair(String text) {
        String before;
        String after = text;
        do {
            before = after;
            after = once(before);
        } while (!after.equals(before));
        return after;
    }

    private static String once(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at;
            for (int length = sequenceLength(text, end); length > 0; length = sequenceLength(text, end)) {
                end += length;
            }
            if (end > at && (end > at + sequenceLength(text, at) || isUnlikely(text, at, end))) {
                out.append(read(text, at, end));
            } else {
                end = Math.max(end, at + 1);
                out.append(text, at, end);
            }
            at = end;
        }
        return out.toString();
    }

    private static boolean isUnlikely(String text, int from, int to) {
        char lead = text.charAt(from);
        return lead == 'Â'
                || lead == 'Ã'
                || lead == 'â'
                || lead == 'ð'
                || text.substring(from + 1, to).chars().anyMatch(c -> PLAUSIBLE.indexOf(c) < 0);
    }

    /** The number of characters of the well-formed sequence that starts here, 0 if there is none. */
    private static int sequenceLength(String text, int at) {
        int lead = at < text.length() ? Windows1252.unsignedByte(text.charAt(at)) : -1;
        int length = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (length == 0 || at + length > text.length()) {
            return 0;
        }
        for (int i = at + 1; i < at + length; i++) {
            int continuation = Windows1252.unsignedByte(text.charAt(i));
            if (continuation < 0x80 || continuation > 0xBF) {
                return 0;
            }
        }
        return read(text, at, at + length).isEmpty() ? 0 : length;
    }

    /**
     * The characters whose UTF-8 the stretch is, or nothing if it is not well formed (too long a form, a surrogate).
     */
    private static String read(String text, int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = from; i < to; i++) {
            bytes[i - from] = (byte) Windows1252.unsignedByte(text.charAt(i));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "";
        }
    }
}
