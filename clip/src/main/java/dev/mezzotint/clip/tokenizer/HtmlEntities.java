package dev.mezzotint.clip.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Character references of HTML, resolved as the HTML standard says, and as strictly as ftfy resolves them. */
final class HtmlEntities {
    private static final Pattern REFERENCE =
            Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");
    private static final Pattern COMPLETE_REFERENCE = Pattern.compile("&#?[0-9A-Za-z]{1,24};");
    private static final int LONGEST_NUMBER = 10;

    /** The HTML standard's table of 2231 names, with the semicolon where it belongs to the name. */
    private static final class Names {
        static final Map<String, String> CHARACTERS = read();

        private static Map<String, String> read() {
            Map<String, String> characters = new HashMap<>();
            try (InputStream in = HtmlEntities.class.getResourceAsStream("html-entities.txt");
                    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("#")) {
                        continue;
                    }
                    String[] fields = line.split(" ");
                    StringBuilder value = new StringBuilder();
                    for (int i = 1; i < fields.length; i++) {
                        value.appendCodePoint(Integer.parseInt(fields[i], 16));
                    }
                    characters.put(fields[0], value.toString());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return characters;
        }
    }

    private HtmlEntities() {}

    /** Resolves every reference, also those without a semicolon that HTML allows ({@code &amp}, {@code &copy}). */
    static String unescape(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        return REFERENCE.matcher(text).replaceAll(m -> Matcher.quoteReplacement(resolve(m.group(1))));
    }

    /**
     * Resolves only references that end in a semicolon; a name shouted in capitals gives the capital ({@code
     * &EACUTE;}).
     */
    static String unescapeComplete(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        return COMPLETE_REFERENCE.matcher(text).replaceAll(m -> Matcher.quoteReplacement(resolveComplete(m)));
    }

    private static String resolveComplete(MatchResult match) {
        String whole = match.group();
        String body = whole.substring(1);
        if (body.startsWith("#")) {
            String resolved = unescape(whole);
            return resolved.indexOf(';') >= 0 ? whole : resolved;
        }
        String exact = Names.CHARACTERS.get(body);
        if (exact != null) {
            return exact;
        }
        String lower = Names.CHARACTERS.get(body.toLowerCase(Locale.ROOT));
        boolean shouted = lower != null
                && body.equals(body.toUpperCase(Locale.ROOT))
                && unescape(whole).equals(whole);
        return shouted ? lower.toUpperCase(Locale.ROOT) : whole;
    }

    private static String resolve(String body) {
        if (body.startsWith("#")) {
            return resolveNumber(body);
        }
        for (int length = body.length(); length > 1; length--) {
            String character = Names.CHARACTERS.get(body.substring(0, length));
            if (character != null) {
                return character + body.substring(length);
            }
        }
        return "&" + body;
    }

    private static String resolveNumber(String body) {
        boolean hexadecimal = body.charAt(1) == 'x' || body.charAt(1) == 'X';
        String digits = body.substring(hexadecimal ? 2 : 1, body.endsWith(";") ? body.length() - 1 : body.length());
        String significant = digits.replaceFirst("^0+(?=.)", "");
        long number = significant.length() > LONGEST_NUMBER
                ? Long.MAX_VALUE
                : Long.parseLong(significant, hexadecimal ? 16 : 10);
        if (number == 0 || number > Character.MAX_CODE_POINT || (number >= 0xD800 && number <= 0xDFFF)) {
            return "\uFFFD";
        }
        int c = (int) number;
        if (c >= 0x80 && c <= 0x9F) {
            return String.valueOf(Windows1252.character(c)); // what browsers do with the control characters' numbers
        }
        return isForbidden(c) ? "" : Character.toString(c);
    }

    private static boolean isForbidden(int c) {
        boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r';
        return control || c == 0x7F || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
    }
}
