package dev.mezzotint.diffusion.prompt;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Turns prompts, in {@link PromptSyntax}, into what a U-Net attends to. Each text encoder reads every prompt in chunks
 * ({@link PromptChunk}); the chunks' states stand one behind the other, the encoders' states side by side, the first
 * encoder's first. Prompts that are encoded together get equally many chunks, the shorter ones by empty chunks at their
 * end.
 *
 * <p>A token's weight multiplies its state; then one factor for all states of the chunk brings their mean back to what
 * it was. Where all weights are 1 nothing changes, to the bit.
 *
 * @param towers the text encoders, in the model's order
 * @param rule which of their states the U-Net reads
 */
public record PromptEncoder(List<TextTower> towers, ContextRule rule) {
    /**
     * Refuses towers that cannot stand side by side or lack what the rule asks for.
     *
     * @throws IllegalArgumentException naming what does not fit
     */
    public PromptEncoder {
        towers = List.copyOf(towers);
        if (towers.isEmpty()) {
            throw new IllegalArgumentException("prompt encoder: needs at least one text encoder");
        }
        int length = towers.getFirst().tokenizer().maxLength();
        for (TextTower tower : towers) {
            if (tower.tokenizer().maxLength() != length) {
                throw new IllegalArgumentException("the tokenizers make " + length + " and "
                        + tower.tokenizer().maxLength() + " tokens of a prompt; take both from one model");
            }
            int layers = tower.encoder().config().layers();
            if (layers <= rule.skippedLayers()) {
                throw new IllegalArgumentException("the U-Net reads the text encoder's states before its last "
                        + rule.skippedLayers() + " layers, but it has only " + layers + "; use another text encoder");
            }
        }
        if (rule.pooled()) {
            checkPooling(towers.getLast());
        }
    }

    private static void checkPooling(TextTower tower) {
        if (tower.encoder().config().projection() == 0) {
            throw new IllegalArgumentException(
                    "the U-Net reads projected summaries of prompts, but the last text encoder"
                            + " has no text_projection; use the one the model was published with");
        }
        int end = tower.encoder().config().endToken();
        if (tower.tokenizer().endToken() != end) {
            throw new IllegalArgumentException(
                    "the tokenizer ends prompts with token " + tower.tokenizer().endToken()
                            + " but the text encoder looks for " + end + "; take both from one model");
        }
    }

    /** Width of the context: that of all text encoders together. */
    public int contextWidth() {
        return towers.stream().mapToInt(TextTower::width).sum();
    }

    /** Width of a prompt's summary, 0 where the U-Net reads none. */
    public int pooledWidth() {
        return rule.pooled() ? towers.getLast().encoder().config().projection() : 0;
    }

    /** The largest clip skip, with which every text encoder still has one layer. */
    public int largestClipSkip() {
        return towers.stream()
                        .mapToInt(tower -> tower.encoder().config().layers())
                        .min()
                        .orElseThrow()
                - rule.skippedLayers();
    }

    /**
     * Encodes prompts, all in one batch a text encoder. A prompt's summary is that of its first chunk, untouched by
     * weights and clip skip.
     *
     * @param tape one for inference; the results outlive its reset
     * @param prompts at least one
     * @param clipSkip 1: the states that the model was trained with; each further one: a layer earlier
     * @throws IllegalArgumentException if there is no prompt or the clip skip is not in 1 to {@link #largestClipSkip()}
     */
    public EncodedPrompts encode(Tape tape, List<String> prompts, int clipSkip) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("prompt encoder: needs at least one prompt");
        }
        if (clipSkip < 1 || clipSkip > largestClipSkip()) {
            throw new IllegalArgumentException("a clip skip of " + clipSkip
                    + " does not fit this model's text encoder; choose one from 1 to " + largestClipSkip());
        }
        List<List<PromptChunk>> rows = rows(prompts);
        int chunks = rows.getFirst().size() / prompts.size();
        int length = towers.getFirst().tokenizer().maxLength();
        Tensor context = Tensor.zeros(prompts.size(), chunks * length, contextWidth());
        Optional<Tensor> pooled =
                rule.pooled() ? Optional.of(Tensor.zeros(prompts.size(), pooledWidth())) : Optional.empty();
        int skipped = rule.skippedLayers() + clipSkip - 1;
        int column = 0;
        for (int i = 0; i < towers.size(); i++) {
            ClipTextEncoder encoder = towers.get(i).encoder();
            int[][] ids = rows.get(i).stream().map(PromptChunk::ids).toArray(int[][]::new);
            try (Tape.Scope _ = tape.scope()) {
                if (i == towers.size() - 1 && pooled.isPresent()) {
                    ClipTextEncoder.TextStates states = encoder.encodeStates(tape, ids, skipped, rule.normed());
                    write(states.context(), rows.get(i), context, column);
                    Tensor summaries = encoder.project(tape, encoder.pool(tape, states.last(), ids));
                    writeFirst(summaries, chunks, pooled.get());
                } else {
                    write(encoder.encode(tape, ids, skipped, rule.normed()), rows.get(i), context, column);
                }
            }
            column += towers.get(i).width();
        }
        return new EncodedPrompts(context, pooled);
    }

    /** For each tower the chunks of all prompts, equally many a prompt. */
    private List<List<PromptChunk>> rows(List<String> prompts) {
        List<List<List<PromptChunk>>> split = towers.stream()
                .map(tower -> prompts.stream()
                        .map(prompt -> PromptChunk.split(tower.tokenizer(), prompt))
                        .toList())
                .toList();
        int chunks =
                split.stream().flatMap(List::stream).mapToInt(List::size).max().orElseThrow();
        List<List<PromptChunk>> rows = new ArrayList<>();
        for (int i = 0; i < towers.size(); i++) {
            PromptChunk empty = PromptChunk.empty(towers.get(i).tokenizer());
            List<PromptChunk> row = new ArrayList<>();
            for (List<PromptChunk> prompt : split.get(i)) {
                row.addAll(prompt);
                row.addAll(Collections.nCopies(chunks - prompt.size(), empty));
            }
            rows.add(row);
        }
        return rows;
    }

    /** Copies a tower's states into its columns of the context and weighs them there. */
    private static void write(Tensor states, List<PromptChunk> rows, Tensor context, int column) {
        int length = states.size(1);
        int width = states.size(2);
        int stride = context.size(2);
        for (int row = 0; row < rows.size(); row++) {
            int offset = row * length * stride + column;
            for (int token = 0; token < length; token++) {
                System.arraycopy(
                        states.data(), (row * length + token) * width, context.data(), offset + token * stride, width);
            }
            Emphasis.apply(rows.get(row).weights(), context.data(), offset, width, stride);
        }
    }

    /** Copies the summary of each prompt's first chunk. */
    private static void writeFirst(Tensor summaries, int chunks, Tensor pooled) {
        int width = pooled.size(1);
        for (int prompt = 0; prompt < pooled.size(0); prompt++) {
            System.arraycopy(summaries.data(), prompt * chunks * width, pooled.data(), prompt * width, width);
        }
    }
}
