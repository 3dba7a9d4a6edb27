package dev.mezzotint.clip.tokenizer;

import java.util.function.Consumer;

/**
 * Cuts cleaned text into the words that byte-pair encoding works on, as CLIP's expression does: {@code
 * <|startoftext|>|<|endoftext|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+}. Written as a scanner: a caption
 * a microsecond matters while training.
 */
final class WordSplitter {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    private WordSplitter() {}

    /**
     * Hands every word of the text to {@code words}, in order.
     *
     * @param wholeMarkers whether the text of a start or end marker is one word (as in OpenAI's program) or the three
     *     that the second, byte-level cut of transformers makes of it
     */
    static void split(String text, boolean wholeMarkers, Consumer<String> words) {
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (isSpace(c)) {
                at++;
                continue;
            }
            int end = at + Character.charCount(c);
            int marker = c == '<' ? markerLength(text, at) : 0;
            if (marker > 0) {
                end = at + marker;
                if (!wholeMarkers) {
                    words.accept(text.substring(at, at + 2));
                    words.accept(text.substring(at + 2, end - 2));
                    at = end - 2;
                }
            } else if (c == '\'' && contractionLength(text, at) > 0) {
                end = at + contractionLength(text, at);
            } else if (Character.isLetter(c)) {
                end = runOfLetters(text, end);
            } else if (!isNumber(c)) {
                end = runOfOthers(text, end);
            }
            words.accept(text.substring(at, end));
            at = end;
        }
    }

    /** Whether Unicode calls the character white space (property White_Space, all of it in the basic plane). */
    static boolean isSpace(int c) {
        if (c < 0x80) {
            return c == ' ' || (c >= 9 && c <= 13);
        }
        return c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    private static boolean isNumber(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    private static int markerLength(String text, int at) {
        if (text.startsWith(START, at)) {
            return START.length();
        }
        return text.startsWith(END, at) ? END.length() : 0;
    }

    private static int contractionLength(String text, int at) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (next == 's' || next == 't' || next == 'm' || next == 'd') {
            return 2;
        }
        boolean three = text.startsWith("re", at + 1) || text.startsWith("ve", at + 1) || text.startsWith("ll", at + 1);
        return three ? 3 : 0;
    }

    private static int runOfLetters(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isLetter(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private static int runOfOthers(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (isSpace(c) || Character.isLetter(c) || isNumber(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }
}
