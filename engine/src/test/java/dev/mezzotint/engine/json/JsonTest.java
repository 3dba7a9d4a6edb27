package dev.mezzotint.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsEveryKindOfValue() {
        Json json = Json.parse("""
                {"z": [1, -2.5e3, true, false, null], "a": {"k": "v"}, "s": "\\u00e9\\n\\"\\\\\\/\\ud83d\\ude00 é"}
                """);
        assertEquals(List.of("z", "a", "s"), List.copyOf(json.members().keySet()));
        List<Json> z = json.get("z").elements();
        assertEquals(1, z.get(0).asInt());
        assertEquals(-2500.0, z.get(1).asDouble());
        assertTrue(z.get(2).asBoolean());
        assertFalse(z.get(3).asBoolean());
        assertEquals(new Json.Null(), z.get(4));
        assertEquals("v", json.get("a").string("k"));
        assertEquals("é\n\"\\/😀 é", json.string("s"));
    }

    @Test
    void findTreatsNullAsAbsent() {
        Json json = Json.parse("{\"a\":null,\"b\":3}");
        assertEquals(Optional.empty(), json.find("a"));
        assertEquals(Optional.empty(), json.find("c"));
        assertEquals(3, json.find("b").orElseThrow().asInt());
        assertTrue(json.has("a"));
        assertFalse(json.has("c"));
    }

    @Test
    void numbersSurviveTheRoundTrip() {
        for (double value :
                new double[] {0, -0.0, 1, 0.1, 1e-300, 1e300, 1 / 3.0, 9.5367431640625e-07, 1e15, 1e19, -2e63}) {
            Json back = Json.parse(Json.of(value).print());
            assertEquals(Double.doubleToLongBits(value), Double.doubleToLongBits(back.asDouble()));
        }
        for (long value : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1}) {
            assertEquals(Long.toString(value), Json.of(value).print());
            assertEquals(value, Json.parse(Json.of(value).print()).asLong(), Long.toString(value));
        }
        assertEquals("2", Json.of(2.0).print());
    }

    @Test
    void readsPythonsInfinities() {
        Json json = Json.parse("[-Infinity, Infinity, NaN]");
        assertEquals(Double.NEGATIVE_INFINITY, json.elements().get(0).asDouble());
        assertEquals(Double.POSITIVE_INFINITY, json.elements().get(1).asDouble());
        assertTrue(Double.isNaN(json.elements().get(2).asDouble()));
        assertEquals("[-Infinity,Infinity,NaN]", json.print());
        assertThrows(JsonException.class, () -> json.elements().get(0).asLong());
        assertThrows(JsonException.class, () -> json.elements().get(2).asInt());
    }

    @Test
    void printsOneLineAndPretty() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("b", Json.array(List.of(Json.of(1), Json.of("x\ty"), Json.of(true))));
        members.put("a", Json.object(Map.of()));
        Json json = Json.object(members);
        assertEquals("{\"b\":[1,\"x\\ty\",true],\"a\":{}}", json.print());
        assertEquals("{\n  \"b\": [\n    1,\n    \"x\\ty\",\n    true\n  ],\n  \"a\": {}\n}\n", json.pretty());
        assertEquals(json, Json.parse(json.pretty()));
        assertEquals("\"\\u0001\\ud800\"", Json.of("\u0001\ud800").print());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a" 1}       | expected ':' but found '1' at line 1, column 6
            [1, 2         | expected ',' or ']' but found the end of the text at line 1, column 6
            {"a":1,}      | expected a key in double quotes but found '}' at line 1, column 8
            {"a":1,"a":2} | key "a" occurs twice in one object at line 1, column 8
            "abc          | a string has no closing quote at line 1, column 1
            [1] x         | expected the end of the text but found 'x' at line 1, column 5
            01            | a number must not begin with a zero at line 1, column 1
            1.            | expected a digit but found the end of the text at line 1, column 3
            "\\q"         | a string holds an unknown escape at line 1, column 2
            "\\u12G4"     | expected four hexadecimal digits but found 'G' at line 1, column 6
            tru           | expected a value but found 't' at line 1, column 1
            """)
    void saysWhereTheTextIsWrong(String text, String message) {
        String unescaped = text.replace("\\\\", "\\");
        assertEquals(
                message,
                assertThrows(JsonException.class, () -> Json.parse(unescaped)).getMessage());
    }

    @Test
    void countsLines() {
        String message = assertThrows(JsonException.class, () -> Json.parse("{\n \"a\": 1,\n \"b\": ?\n}"))
                .getMessage();
        assertEquals("expected a value but found '?' at line 3, column 7", message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "-", "+1", ".5", "1e", "'a'", "{a:1}", "[1,,2]", "[1,]", "\"\n\"", "nul", "\0", "[\0]", "--1"
            })
    void refusesWhatIsNotJson(String text) {
        assertThrows(JsonException.class, () -> Json.parse(text));
    }

    @Test
    void refusesDeepNesting() {
        String deep = "[".repeat(100_000);
        assertTrue(assertThrows(JsonException.class, () -> Json.parse(deep))
                .getMessage()
                .contains("deeper than 256"));
        assertEquals(1, Json.parse("[".repeat(200) + "]".repeat(200)).elements().size());
    }

    @Test
    void typedAccessNamesTheKey() {
        Json json = Json.parse("{\"n\":1.5,\"s\":\"x\",\"big\":3000000000,\"l\":[1]}");
        assertEquals("key \"gone\" is missing", message(() -> json.get("gone")));
        assertEquals("key \"n\" must be an integer of 32 bits but is 1.5", message(() -> json.integer("n")));
        assertEquals("key \"big\" must be an integer of 32 bits but is 3000000000", message(() -> json.integer("big")));
        assertEquals(3_000_000_000L, json.longInteger("big"));
        assertEquals("key \"s\" must be a number but is the string \"x\"", message(() -> json.number("s")));
        assertEquals("key \"l\" must be true or false but is an array of 1", message(() -> json.bool("l")));
        assertEquals(
                "expected an object but found an array of 1",
                message(() -> json.get("l").get("x")));
    }

    private static String message(Runnable access) {
        return assertThrows(JsonException.class, access::run).getMessage();
    }
}
