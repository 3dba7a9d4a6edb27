package dev.mezzotint.engine.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259). Objects keep the order of their members. {@code NaN}, {@code Infinity} and {@code -Infinity}
 * are read and written as Python does, because schedulers' configurations hold them.
 *
 * <p>Typed access fails with a {@link JsonException} that names the key.
 */
public sealed interface Json {
    /** An object; a key occurs once. */
    record Obj(Map<String, Json> value) implements Json {
        /** Takes an unmodifiable copy. */
        public Obj {
            value = Collections.unmodifiableMap(new LinkedHashMap<>(value));
        }
    }

    /** An array. */
    record Arr(List<Json> value) implements Json {
        /** Takes an unmodifiable copy. */
        public Arr {
            value = List.copyOf(value);
        }
    }

    /** A string. */
    record Str(String value) implements Json {}

    /**
     * A number.
     *
     * @param value the number as a double
     * @param integer the number itself where it is an integer of 64 bits, else anything whose double is not {@code
     *     value}
     */
    record Num(double value, long integer) implements Json {
        /** A number known as a double. */
        public Num(double value) {
            this(value, Math.abs(value) < 0x1p63 ? (long) value : 0);
        }

        /** Whether the number is an integer that fits 64 bits. */
        public boolean isInteger() {
            return integer == value;
        }
    }

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Json {}

    /** {@code null}. */
    record Null() implements Json {}

    /**
     * Reads one JSON text.
     *
     * @throws JsonException if the text is not JSON, nests deeper than 256 levels or repeats a key in an object; the
     *     message gives line and column
     */
    static Json parse(String text) {
        return new JsonParser(text).parse();
    }

    /** The value in one line without spaces. */
    default String print() {
        return JsonPrinter.print(this, false);
    }

    /** The value over several lines, indented by two spaces, with a line break at the end. */
    default String pretty() {
        return JsonPrinter.print(this, true) + "\n";
    }

    /** A string value. */
    static Json of(String value) {
        return new Str(value);
    }

    /** A number value. */
    static Json of(double value) {
        return new Num(value);
    }

    /** An integer value, exact over all 64 bits. */
    static Json of(long value) {
        return new Num(value, value);
    }

    /** A truth value. */
    static Json of(boolean value) {
        return new Bool(value);
    }

    /** An object with these members in the map's order. */
    static Json object(Map<String, ? extends Json> members) {
        return new Obj(new LinkedHashMap<>(members));
    }

    /** An array of these elements. */
    static Json array(List<? extends Json> elements) {
        return new Arr(new ArrayList<>(elements));
    }

    /** The member of this name, {@code null} included; throws where this is no object or has no such member. */
    default Json get(String key) {
        Json found = members().get(key);
        if (found == null) {
            throw new JsonException("key \"" + key + "\" is missing");
        }
        return found;
    }

    /** The member of this name; empty where it is absent or {@code null}. */
    default Optional<Json> find(String key) {
        Json found = members().get(key);
        return found instanceof Null ? Optional.empty() : Optional.ofNullable(found);
    }

    /** Whether the object has a member of this name, {@code null} included. */
    default boolean has(String key) {
        return members().containsKey(key);
    }

    /** The string under this key. */
    default String string(String key) {
        return get(key) instanceof Str(String value) ? value : refuse(key, "a string");
    }

    /** The integer of 32 bits under this key. */
    default int integer(String key) {
        return get(key) instanceof Num n && n.isInteger() && n.integer() == (int) n.integer()
                ? (int) n.integer()
                : refuse(key, "an integer of 32 bits");
    }

    /** The integer of 64 bits under this key. */
    default long longInteger(String key) {
        return get(key) instanceof Num n && n.isInteger() ? n.integer() : refuse(key, "an integer of 64 bits");
    }

    /** The number under this key. */
    default double number(String key) {
        return get(key) instanceof Num n ? n.value() : refuse(key, "a number");
    }

    /** The truth value under this key. */
    default boolean bool(String key) {
        return get(key) instanceof Bool(boolean value) ? value : refuse(key, "true or false");
    }

    /** The elements of an array. */
    default List<Json> elements() {
        return this instanceof Arr(List<Json> value) ? value : refuse("an array");
    }

    /** The members of an object, in order. */
    default Map<String, Json> members() {
        return this instanceof Obj(Map<String, Json> value) ? value : refuse("an object");
    }

    /** This value as a string. */
    default String asString() {
        return this instanceof Str(String value) ? value : refuse("a string");
    }

    /** This value as an integer of 32 bits. */
    default int asInt() {
        return this instanceof Num n && n.isInteger() && n.integer() == (int) n.integer()
                ? (int) n.integer()
                : refuse("an integer of 32 bits");
    }

    /** This value as an integer of 64 bits. */
    default long asLong() {
        return this instanceof Num n && n.isInteger() ? n.integer() : refuse("an integer of 64 bits");
    }

    /** This value as a number. */
    default double asDouble() {
        return this instanceof Num n ? n.value() : refuse("a number");
    }

    /** This value as a truth value. */
    default boolean asBoolean() {
        return this instanceof Bool(boolean value) ? value : refuse("true or false");
    }

    private <T> T refuse(String wanted) {
        throw new JsonException("expected " + wanted + " but found " + JsonPrinter.describe(this));
    }

    private <T> T refuse(String key, String wanted) {
        throw new JsonException("key \"" + key + "\" must be " + wanted + " but is " + JsonPrinter.describe(get(key)));
    }
}
