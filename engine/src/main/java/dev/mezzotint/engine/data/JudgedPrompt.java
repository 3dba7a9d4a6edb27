package dev.mezzotint.engine.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A prompt and what is true of every picture that shows what it says.
 *
 * @param text the prompt
 * @param truth what must be true, in the keys of {@link Example#attributes}; what is not said is free
 */
public record JudgedPrompt(String text, Map<String, String> truth) {
    /** Takes an unmodifiable copy of the truth. */
    public JudgedPrompt {
        truth = Collections.unmodifiableMap(new LinkedHashMap<>(truth));
    }
}
