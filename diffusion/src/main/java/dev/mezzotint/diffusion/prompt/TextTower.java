package dev.mezzotint.diffusion.prompt;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;

/**
 * A text encoder and the tokenizer that it was trained with.
 *
 * @param tokenizer words to token ids
 * @param encoder token ids to states
 */
public record TextTower(Tokenizer tokenizer, ClipTextEncoder encoder) {
    /**
     * Refuses parts that do not fit each other.
     *
     * @throws IllegalArgumentException naming both parts and both sizes
     */
    public TextTower {
        int vocabulary = encoder.config().vocabularySize();
        if (tokenizer.vocabularySize() > vocabulary) {
            throw new IllegalArgumentException("the tokenizer has " + tokenizer.vocabularySize()
                    + " token ids but the text encoder knows " + vocabulary + "; take both from one model");
        }
        int positions = encoder.config().positions();
        if (tokenizer.maxLength() > positions) {
            throw new IllegalArgumentException("the tokenizer makes " + tokenizer.maxLength()
                    + " tokens of a prompt but the text encoder has " + positions
                    + " positions; take both from one model");
        }
    }

    /** Width of a token's state. */
    public int width() {
        return encoder.config().width();
    }
}
