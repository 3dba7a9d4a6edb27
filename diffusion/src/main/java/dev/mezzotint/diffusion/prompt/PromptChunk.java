package dev.mezzotint.diffusion.prompt;

import dev.mezzotint.clip.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * As many tokens of a prompt as a text encoder takes at once.
 *
 * @param ids {@link Tokenizer#maxLength()} ids: start token, tokens, end token, padding
 * @param weights how strongly each token counts; 1 for start, end and padding
 */
public record PromptChunk(int[] ids, double[] weights) {
    /** A border moves back to a comma at most this many tokens before it: the web UI's default. */
    private static final int COMMA_BACKTRACK = 20;

    /**
     * Cuts a prompt into chunks. A chunk ends at {@code BREAK} and where it is full; in the latter case, if there is a
     * comma among its last 20 tokens, the tokens behind the last such comma move on to the next chunk, so that a phrase
     * seldom falls apart. Without a comma even a word may be cut, as the web UI does.
     *
     * @param tokenizer of the text encoder that will read the chunks
     * @param prompt in {@link PromptSyntax}
     * @return at least one chunk; the only one of a plain prompt that fits has the ids of {@link Tokenizer#tokenize}
     */
    public static List<PromptChunk> split(Tokenizer tokenizer, String prompt) {
        Splitter splitter = new Splitter(tokenizer);
        boolean first = true;
        for (List<WeightedText> section : PromptSyntax.parse(prompt)) {
            if (!first) {
                splitter.close(splitter.size);
            }
            first = false;
            for (WeightedText part : section) {
                for (int id : tokenizer.encode(part.text())) {
                    splitter.add(id, part.weight());
                }
            }
        }
        if (splitter.size > 0 || splitter.chunks.isEmpty()) {
            splitter.close(splitter.size);
        }
        return List.copyOf(splitter.chunks);
    }

    /** The chunk of an empty prompt, which makes prompts of different lengths equally long. */
    public static PromptChunk empty(Tokenizer tokenizer) {
        return of(tokenizer, new int[0], new double[0]);
    }

    private static PromptChunk of(Tokenizer tokenizer, int[] tokens, double[] weights) {
        double[] framed = new double[tokenizer.maxLength()];
        Arrays.fill(framed, 1);
        System.arraycopy(weights, 0, framed, 1, weights.length);
        return new PromptChunk(tokenizer.frame(tokens), framed);
    }

    /** The chunks so far, and the tokens of the one that is being filled. */
    private static final class Splitter {
        private final Tokenizer tokenizer;
        private final int comma;
        private final List<PromptChunk> chunks = new ArrayList<>();
        private final int[] tokens;
        private final double[] weights;
        private int size;
        private int lastComma = -1;

        Splitter(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            int[] ids = tokenizer.encode(",");
            comma = ids.length == 1 ? ids[0] : -1;
            tokens = new int[tokenizer.maxLength() - 2];
            weights = new double[tokens.length];
        }

        void add(int token, double weight) {
            if (size == tokens.length) {
                boolean near = token != comma && lastComma >= 0 && size - lastComma <= COMMA_BACKTRACK;
                close(near ? lastComma + 1 : size);
            }
            if (token == comma) {
                lastComma = size;
            }
            tokens[size] = token;
            weights[size] = weight;
            size++;
        }

        /** Ends a chunk after its first tokens; the others begin the next. */
        void close(int kept) {
            chunks.add(of(tokenizer, Arrays.copyOf(tokens, kept), Arrays.copyOf(weights, kept)));
            System.arraycopy(tokens, kept, tokens, 0, size - kept);
            System.arraycopy(weights, kept, weights, 0, size - kept);
            size -= kept;
            lastComma = -1;
        }
    }
}
