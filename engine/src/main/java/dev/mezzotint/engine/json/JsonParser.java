package dev.mezzotint.engine.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recursive descent, one method a production of RFC 8259. */
final class JsonParser {
    // Deep enough for every real file and shallow enough for every stack.
    private static final int DEEPEST = 256;

    private final String text;
    private int at;

    JsonParser(String text) {
        this.text = text;
        this.at = text.startsWith("\uFEFF") ? 1 : 0;
    }

    Json parse() {
        Json value = value(0);
        skipSpace();
        if (at < text.length()) {
            throw unexpected("the end of the text");
        }
        return value;
    }

    private Json value(int depth) {
        skipSpace();
        if (depth > DEEPEST) {
            throw error("nested deeper than " + DEEPEST + " levels", at);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Str(string());
            case 't' -> word("true", new Json.Bool(true));
            case 'f' -> word("false", new Json.Bool(false));
            case 'n' -> word("null", new Json.Null());
            case 'N' -> word("NaN", new Json.Num(Double.NaN));
            case 'I' -> word("Infinity", new Json.Num(Double.POSITIVE_INFINITY));
            default -> number();
        };
    }

    private Json object(int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (take('}')) {
            return new Json.Obj(members);
        }
        while (true) {
            skipSpace();
            int keyAt = at;
            if (peek() != '"') {
                throw unexpected("a key in double quotes");
            }
            String key = string();
            skipSpace();
            require(':');
            if (members.put(key, value(depth + 1)) != null) {
                throw error("key \"" + key + "\" occurs twice in one object", keyAt);
            }
            skipSpace();
            if (take('}')) {
                return new Json.Obj(members);
            }
            if (!take(',')) {
                throw unexpected("',' or '}'");
            }
        }
    }

    private Json array(int depth) {
        List<Json> elements = new ArrayList<>();
        at++;
        skipSpace();
        if (take(']')) {
            return new Json.Arr(elements);
        }
        while (true) {
            elements.add(value(depth + 1));
            skipSpace();
            if (take(']')) {
                return new Json.Arr(elements);
            }
            if (!take(',')) {
                throw unexpected("',' or ']'");
            }
        }
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw unexpected("a value");
        }
        at += word.length();
        return value;
    }

    private Json number() {
        int start = at;
        boolean negative = take('-');
        if (negative && peek() == 'I') {
            return word("Infinity", new Json.Num(Double.NEGATIVE_INFINITY));
        }
        if (take('0')) {
            if (isDigit(peek())) {
                throw error("a number must not begin with a zero", start);
            }
        } else {
            digits("a value");
        }
        boolean integer = true;
        if (take('.')) {
            integer = false;
            digits("a digit");
        }
        if (take('e') || take('E')) {
            integer = false;
            if (!take('+')) {
                take('-');
            }
            digits("a digit");
        }
        String literal = text.substring(start, at);
        double value = Double.parseDouble(literal);
        return integer ? new Json.Num(value, exact(literal, value)) : new Json.Num(value);
    }

    private static long exact(String literal, double value) {
        try {
            return Long.parseLong(literal);
        } catch (NumberFormatException e) {
            return new Json.Num(value).integer(); // an integer of more than 64 bits
        }
    }

    private void digits(String wanted) {
        if (!isDigit(peek())) {
            throw unexpected(wanted);
        }
        while (isDigit(peek())) {
            at++;
        }
    }

    private String string() {
        int start = at++;
        int plain = at;
        StringBuilder built = null;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                String rest = text.substring(plain, at++);
                return built == null ? rest : built.append(rest).toString();
            } else if (c == '\\') {
                built = built == null ? new StringBuilder() : built;
                built.append(text, plain, at);
                at++;
                built.append(escape());
                plain = at;
            } else if (c < 0x20) {
                throw error(String.format("a string holds the raw control character U+%04X", (int) c), at);
            } else {
                at++;
            }
        }
        throw error("a string has no closing quote", start);
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw error("a string holds an unknown escape", at - 2);
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw unexpected("four hexadecimal digits");
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The next character; NUL, which begins no token, at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private boolean take(char wanted) {
        if (peek() == wanted && at < text.length()) {
            at++;
            return true;
        }
        return false;
    }

    private void require(char wanted) {
        if (!take(wanted)) {
            throw unexpected("'" + wanted + "'");
        }
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private JsonException unexpected(String wanted) {
        String found = at < text.length()
                ? text.codePointAt(at) < 0x20 || text.codePointAt(at) == 0x7F
                        ? String.format("U+%04X", text.codePointAt(at))
                        : "'" + Character.toString(text.codePointAt(at)) + "'"
                : "the end of the text";
        return error("expected " + wanted + " but found " + found, at);
    }

    private JsonException error(String what, int position) {
        int end = Math.min(position, text.length());
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < end; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new JsonException(what + " at line " + line + ", column " + (end - lineStart + 1));
    }
}
