package dev.mezzotint.clip.tokenizer;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * The repairs that OpenAI's tokenizer asks of the ftfy library (Robyn Speer, "ftfy", doi:10.5281/zenodo.2591652), line
 * by line and repeated until nothing changes.
 *
 * <p>Covered: HTML references that end in a semicolon, in lines before the first "&lt;"; UTF-8 that was read as Latin-1
 * or Windows-1252, also several times over ({@link Mojibake}); stray control characters of Latin-1; Latin ligatures;
 * full-width and half-width forms; curly quotes; line breaks; lone surrogates; terminal escapes; control characters;
 * canonical composition. Not covered: UTF-8 read in other code pages (1250, 1251, 1253, 1254, 1257, 437, Mac Roman),
 * sequences damaged further (a no-break space that became a space, a byte that became U+FFFD).
 */
final class TextRepair {
    private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\u001B\\[[0-9;]*[a-zA-Z]");
    private static final Pattern SINGLE_QUOTE = Pattern.compile("[\u02BC\u2018-\u201B]");
    private static final Pattern DOUBLE_QUOTE = Pattern.compile("[\u201C-\u201F]");
    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\u2028\u2029\u0085]");
    private static final Pattern CONTROL =
            Pattern.compile("[\\x00-\\x08\\x0B\\x0E-\\x1F\\x7F\\u206A-\\u206F\\uFEFF\\uFFF9-\\uFFFC]");

    private TextRepair() {}

    static String repair(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean resolveReferences = true;
        for (int at = 0; at < text.length(); ) {
            int newline = text.indexOf('\n', at);
            int end = newline < 0 ? text.length() : newline + 1;
            String line = text.substring(at, end);
            // Markup means that the references in it are meant to be there.
            resolveReferences &= line.indexOf('<') < 0;
            out.append(repairLine(line, resolveReferences));
            at = end;
        }
        return out.toString();
    }

    /** Gives every half of a broken surrogate pair as U+FFFD, so that the text has UTF-8 bytes. */
    static String replaceLoneSurrogates(String text) {
        if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return text;
        }
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String repairLine(String line, boolean resolveReferences) {
        String text = line;
        String before;
        do {
            before = text;
            text = resolveReferences ? HtmlEntities.unescapeComplete(text) : text;
            text = Mojibake.repair(text);
            text = replaceForms(text);
            text = SINGLE_QUOTE
                    .matcher(DOUBLE_QUOTE.matcher(text).replaceAll("\""))
                    .replaceAll("'");
            text = LINE_BREAK.matcher(text).replaceAll("\n");
            text = replaceLoneSurrogates(text);
            text = TERMINAL_ESCAPE.matcher(text).replaceAll("");
            text = CONTROL.matcher(text).replaceAll("");
            text = Normalizer.normalize(text, Normalizer.Form.NFC);
        } while (!text.equals(before));
        return text;
    }

    /**
     * Control characters of Latin-1 become Windows-1252's characters, ligatures their letters, wide forms plain ones.
     */
    private static String replaceForms(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 && c <= 0x9F) {
                out.append(Windows1252.character(c));
            } else if (c == 0x3000 || (c >= 0xFF01 && c <= 0xFFEF)) {
                out.append(Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC));
            } else {
                out.append(letters(c));
            }
        }
        return out.toString();
    }

    private static String letters(char c) {
        return switch (c) {
            case 'Ĳ' -> "IJ";
            case 'ĳ' -> "ij";
            case 'ŉ' -> "ʼn";
            case 'Ǳ' -> "DZ";
            case 'ǲ' -> "Dz";
            case 'ǳ' -> "dz";
            case 'Ǆ' -> "DŽ";
            case 'ǅ' -> "Dž";
            case 'ǆ' -> "dž";
            case 'Ǉ' -> "LJ";
            case 'ǈ' -> "Lj";
            case 'ǉ' -> "lj";
            case 'Ǌ' -> "NJ";
            case 'ǋ' -> "Nj";
            case 'ǌ' -> "nj";
            case 'ﬀ' -> "ff";
            case 'ﬁ' -> "fi";
            case 'ﬂ' -> "fl";
            case 'ﬃ' -> "ffi";
            case 'ﬄ' -> "ffl";
            case 'ﬅ' -> "ſt";
            case 'ﬆ' -> "st";
            default -> String.valueOf(c);
        };
    }
}
