package dev.mezzotint.clip.tokenizer;

import static dev.mezzotint.clip.tokenizer.TextCleanup.OPENAI;
import static dev.mezzotint.clip.tokenizer.TextCleanup.TRANSFORMERS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the two references make of a text; the expected values are theirs (ftfy 6.3.1, Python's html, tokenizers 0.23).
 */
class TextCleanupTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Fish &amp; Chips|fish & chips",
                "&amp;amp;lt;|<",
                "&lt;b&gt; &quot;x&quot;|<b> \"x\"",
                "&#39;&#x27;&#x2019;&rsquo;|''''",
                "a<b &rsquo;|a<b ’",
                "&copy &copy2020 &notit;|© ©2020 ¬it;",
                "P&EACUTE;REZ|pérez",
                "&#128;&#150;|€–",
                "&bogus; & &; &# &#x;|&bogus; & &; &# &#x;",
                "&#99999999999999;&#xD800;&#0;|\uFFFD\uFFFD\uFFFD",
                "ﬁne ﬂuﬀ oﬃce|fine fluff office",
                "“curly” ‘quotes’ it’s|\"curly\" 'quotes' it's",
                "ＦＵＬＬ　ｗｉｄｔｈ！|full width!",
                "ﾃｽﾄ|テスト",
                "a\u0000b\u0007c\uFEFFd|abcd",
                "light \u001B[36;44mblue\u001B[0m|light blue",
                "cafe\u0301|café",
                "what\u0085now|what…now",
                "ΟΔΟΣ|οδος"
            })
    void openAi(String text, String cleaned) {
        assertEquals(cleaned, OPENAI.clean(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"café", "Zürich — naïve…", "日本語の猫", "🦊 tree", "¿qué? ½ €5", "łódź ñandú", "привет мир"})
    void openAiReadsMisreadUtf8Again(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String once = windows1252(bytes);
        String expected = OPENAI.clean(text);
        assertEquals(expected, OPENAI.clean(once));
        assertEquals(expected, OPENAI.clean(windows1252(once.getBytes(StandardCharsets.UTF_8))));
        assertEquals(expected, OPENAI.clean(new String(bytes, StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"café® “é” «été» 20°c", "são paulo", "français – “noé…”", "ünïcödé", "é™"})
    void openAiLeavesTrueTextAlone(String text) {
        assertEquals(text.replaceAll("[“”]", "\""), OPENAI.clean(text));
    }

    @Test
    void transformersKeepsEntitiesAndLigatures() {
        assertEquals("&amp; ﬁne “x” ｗ", TRANSFORMERS.clean("&AMP; ﬁne “X” Ｗ"));
        assertEquals("a b c ", TRANSFORMERS.clean("A\t\n B\u00A0\u3000C "));
        assertEquals("οδοσ i\u0307", TRANSFORMERS.clean("ΟΔΟΣ İ"));
        assertEquals("é", TRANSFORMERS.clean("e\u0301"));
        assertEquals("x\uFFFDy", TRANSFORMERS.clean("x\uD800y"));
    }

    /** As browsers do: undefined bytes are Latin-1's control characters. */
    private static String windows1252(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            String one = new String(new byte[] {b}, Charset.forName("windows-1252"));
            text.append(one.equals("\uFFFD") ? String.valueOf((char) (b & 0xFF)) : one);
        }
        return text.toString();
    }
}
