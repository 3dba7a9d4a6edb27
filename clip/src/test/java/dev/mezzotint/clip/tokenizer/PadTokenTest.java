package dev.mezzotint.clip.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PadTokenTest {
    private final Tokenizer tokenizer = TokenizerTrainer.train(List.of("a red cube"), 300, 8);

    @Test
    void fillsUpWithTheOtherTokenAndReadsItInPrompts() {
        Tokenizer other = tokenizer.withPadToken("!");
        int pad = other.padToken();
        assertEquals(0, pad);
        int start = tokenizer.startToken();
        int end = tokenizer.endToken();
        assertArrayEquals(
                new int[] {start, end, pad, pad, pad, pad, pad, pad},
                other.tokenize("").ids());
        assertArrayEquals(new int[] {pad}, other.encode("!"));
        assertEquals(end, tokenizer.padToken());
    }

    @Test
    void refusesWhatIsNotInTheVocabulary() {
        String message = assertThrows(IllegalArgumentException.class, () -> tokenizer.withPadToken("zebra"))
                .getMessage();
        assertTrue(message.contains("zebra"), message);
    }
}
