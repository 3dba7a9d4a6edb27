package dev.mezzotint.engine.json;

import java.util.Iterator;
import java.util.Map;

final class JsonPrinter {
    private static final int DESCRIBED_CHARACTERS = 40;

    private final StringBuilder out = new StringBuilder();
    private final boolean pretty;

    private JsonPrinter(boolean pretty) {
        this.pretty = pretty;
    }

    static String print(Json json, boolean pretty) {
        JsonPrinter printer = new JsonPrinter(pretty);
        printer.value(json, 0);
        return printer.out.toString();
    }

    /** What a value is, for a message. */
    static String describe(Json json) {
        return switch (json) {
            case Json.Obj obj -> "an object";
            case Json.Arr arr -> "an array of " + arr.value().size();
            case Json.Str str -> {
                String text = str.value();
                yield "the string "
                        + print(
                                text.length() <= DESCRIBED_CHARACTERS
                                        ? str
                                        : new Json.Str(text.substring(0, DESCRIBED_CHARACTERS) + "…"),
                                false);
            }
            case Json.Num num -> print(num, false);
            case Json.Bool bool -> print(bool, false);
            case Json.Null nothing -> "null";
        };
    }

    private void value(Json json, int depth) {
        switch (json) {
            case Json.Obj obj -> object(obj, depth);
            case Json.Arr arr -> array(arr, depth);
            case Json.Str str -> string(str.value());
            case Json.Num num -> number(num);
            case Json.Bool bool -> out.append(bool.value());
            case Json.Null nothing -> out.append("null");
        }
    }

    private void object(Json.Obj obj, int depth) {
        out.append('{');
        Iterator<Map.Entry<String, Json>> members = obj.value().entrySet().iterator();
        while (members.hasNext()) {
            Map.Entry<String, Json> member = members.next();
            newLine(depth + 1);
            string(member.getKey());
            out.append(pretty ? ": " : ":");
            value(member.getValue(), depth + 1);
            if (members.hasNext()) {
                out.append(',');
            } else {
                newLine(depth);
            }
        }
        out.append('}');
    }

    private void array(Json.Arr arr, int depth) {
        out.append('[');
        Iterator<Json> elements = arr.value().iterator();
        while (elements.hasNext()) {
            newLine(depth + 1);
            value(elements.next(), depth + 1);
            if (elements.hasNext()) {
                out.append(',');
            } else {
                newLine(depth);
            }
        }
        out.append(']');
    }

    private void newLine(int depth) {
        if (pretty) {
            out.append('\n').append("  ".repeat(depth));
        }
    }

    private void number(Json.Num num) {
        double value = num.value();
        boolean negativeZero = value == 0 && 1 / value < 0;
        if (num.isInteger() && !negativeZero) {
            out.append(num.integer());
        } else {
            out.append(value); // NaN, Infinity and -Infinity are Java's words for them as well as Python's
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || c == 0x7F || isLoneSurrogate(text, i)) {
                        out.append("\\u").append(String.format("%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
