package dev.mezzotint.clip.tokenizer;

import java.util.Map;

/**
 * The tokens that are not words.
 *
 * @param start stands before every prompt
 * @param end stands after it
 * @param pad fills up to the full length: the end token in most models, "!" in Stable Diffusion 2 and SDXL's second
 * @param unknown stands for a byte the vocabulary lacks
 * @param markers texts that, found in a prompt as they are, become one token without being cut: the four above and
 *     whatever else the vocabulary's folder declares
 */
record SpecialTokens(int start, int end, int pad, int unknown, Map<String, Integer> markers) {
    SpecialTokens {
        markers = Map.copyOf(markers);
    }
}
