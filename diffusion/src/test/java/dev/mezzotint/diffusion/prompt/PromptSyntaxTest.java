package dev.mezzotint.diffusion.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptSyntaxTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a red cube, on the floor",
                " spaces  stay ",
                "colons: 1.3 are: text",
                "break BREAKFAST BREAK_ BREAK1 éBREAK",
                "{curly} <angle> a/b 'c' \"d\" žluť 猫\n"
            })
    void plainTextIsOneTextOfWeightOne(String text) {
        assertEquals(List.of(List.of(new WeightedText(text, 1))), PromptSyntax.parse(text));
    }

    @Test
    void bracketsWeigh() {
        check("(word)", "word*1.1");
        check("((word))", "word*1.21");
        check("[word]", "word*0.909091");
        check("[[word]]", "word*0.826446");
        check("(word:1.3)", "word*1.3");
        check("(word: .5 )", "word*0.5");
        check("(word:+2.)", "word*2");
        check("(word:-1)", "word*-1");
        check("(word:0)", "word*0");
        check("an (important) word", "an *1|important*1.1| word*1");
        check("[a:1.5)", "a:1.5)*0.909091");
    }

    @Test
    void nestingMultiplies() {
        check(
                "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
                "a *1|house*1.573| *1.1|on*1| a *1.1|hill*0.55|, sun, *1.1|sky*1.4641|.*1.1");
        check("((a:2) b:3)", "a*6| b*3");
        check("([a])", "a*1");
    }

    @Test
    void escapedCharactersAreText() {
        check("\\(literal\\]", "(literal]*1");
        check("\\[a\\) \\\\(b)", "[a) \\*1|b*1.1");
        check("a\\b c\\", "ab c*1");
        check("(a\\:1.2)", "a*1.2");
    }

    @Test
    void unmatchedBracketsAreForgiven() {
        check("(unbalanced", "unbalanced*1.1");
        check("a [b (c", "a *1|b *0.909091|c*1");
        check("a) b] c:1.3)", "a) b] c:1.3)*1");
        check("(a:1.2.3) b", "a:1.2.3*1.1| b*1");
        check("(a:) b", "a:*1.1| b*1");
        check("()[](:1.2)", "");
    }

    @Test
    void neighboursOfOneWeightAreOneText() {
        check("(unnecessary)(brackets)", "unnecessarybrackets*1.1");
        check("(a:1)b", "ab*1");
        check("(a)()(b)", "ab*1.1");
    }

    @Test
    void breakSeparatesSections() {
        assertEquals(
                List.of(List.of(new WeightedText("a ", 1)), List.of(new WeightedText(" b", 1))),
                PromptSyntax.parse("a BREAK b"));
        assertEquals(List.of(List.of(), List.of()), PromptSyntax.parse("BREAK"));
        assertEquals(3, PromptSyntax.parse("BREAK BREAK").size());
        assertEquals(
                List.of(
                        List.of(new WeightedText("x", 1), new WeightedText("a ", 1.2)),
                        List.of(new WeightedText(" b", 1.2), new WeightedText("c", 1))),
                PromptSyntax.parse("x(a BREAK b:1.2)c"));
        assertEquals(2, PromptSyntax.parse("a,BREAK:b").size());
    }

    @Test
    void emptyTextsLeaveNothing() {
        assertEquals(List.of(List.of()), PromptSyntax.parse(""));
    }

    @Test
    void weightsStayFinite() {
        String many = "9".repeat(400);
        assertEquals(PromptSyntax.LARGEST_WEIGHT, only("(a:" + many + ")"));
        assertEquals(-PromptSyntax.LARGEST_WEIGHT, only("(a:-" + many + ")"));
        assertEquals(PromptSyntax.LARGEST_WEIGHT, only("(".repeat(9000) + "a"));
        assertTrue(only("[".repeat(9000) + "a") >= 0);
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> new WeightedText("a", wrong));
        }
    }

    @Test
    void anyTextCanBeRead() {
        List<String> parts = List.of(
                "(", ")", "[", "]", "\\", ":", ":1.3)", ":-.5)", ":1.2.3)", " ", "a", "word", ",", "BREAK", "BREAK ",
                "9", ".", "\u0000", "\ud800", "猫", "\n");
        Random random = new Random(7);
        for (int round = 0; round < 5000; round++) {
            String prompt = random.ints(random.nextInt(40), 0, parts.size())
                    .mapToObj(parts::get)
                    .collect(Collectors.joining());
            List<List<WeightedText>> sections = PromptSyntax.parse(prompt);
            assertFalse(sections.isEmpty());
            for (List<WeightedText> section : sections) {
                for (int i = 0; i < section.size(); i++) {
                    WeightedText text = section.get(i);
                    assertFalse(text.text().isEmpty(), prompt);
                    assertTrue(Math.abs(text.weight()) <= PromptSyntax.LARGEST_WEIGHT, prompt);
                    if (i > 0) {
                        assertNotEquals(section.get(i - 1).weight(), text.weight(), prompt);
                    }
                }
            }
            checkEscaping(prompt);
        }
    }

    /** However a text looks, escaped it means itself. */
    private static void checkEscaping(String text) {
        String harmless = text.replace("BREAK", "break");
        String escaped = harmless.replaceAll("[\\\\()\\[\\]]", "\\\\$0");
        List<List<WeightedText>> expected =
                harmless.isEmpty() ? List.of(List.of()) : List.of(List.of(new WeightedText(harmless, 1)));
        assertEquals(expected, PromptSyntax.parse(escaped), escaped);
    }

    private static double only(String prompt) {
        List<WeightedText> section = PromptSyntax.parse(prompt).getFirst();
        assertEquals(1, section.size());
        return section.getFirst().weight();
    }

    /** Expects texts as "text*weight", the weight to six significant digits, with bars between. */
    private static void check(String prompt, String expected) {
        List<List<WeightedText>> sections = PromptSyntax.parse(prompt);
        assertEquals(1, sections.size());
        assertEquals(
                expected,
                sections.getFirst().stream()
                        .map(text -> text.text() + "*" + digits(text.weight()))
                        .collect(Collectors.joining("|")),
                prompt);
    }

    private static String digits(double weight) {
        double rounded = Math.rint(weight * 1e6) / 1e6;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }
}
