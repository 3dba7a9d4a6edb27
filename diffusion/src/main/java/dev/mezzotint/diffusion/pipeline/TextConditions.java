package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.prompt.EncodedPrompts;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a request's words become: a row for no condition, then one a condition. Remembers the last words. */
final class TextConditions {
    private record Words(List<String> texts, boolean zeros, int clipSkip) {}

    private final TextToImageModel model;
    private final Tape tape;
    private Optional<Words> lastWords = Optional.empty();
    private Optional<EncodedPrompts> lastEncoded = Optional.empty();

    /** Encodes on a tape, which is reset each time. */
    TextConditions(TextToImageModel model, Tape tape) {
        this.model = model;
        this.tape = tape;
    }

    /** Encodes the words of a request, with the sizes that SDXL is told. */
    UNetConditions of(GenerationRequest request) {
        EncodedPrompts encoded = encoded(request);
        int rows = encoded.context().size(0);
        double height = request.height();
        double width = request.width();
        double[][] sizes = new double[rows][];
        Arrays.setAll(sizes, _ -> new double[] {height, width, 0, 0, height, width});
        return new UNetConditions(
                encoded.context(),
                encoded.pooled().map(pooled -> new UNetConditions.TextAndSizes(pooled, sizes)),
                Optional.empty());
    }

    private EncodedPrompts encoded(GenerationRequest request) {
        List<String> texts = new ArrayList<>();
        texts.add(request.negative().orElse(""));
        request.conditions().forEach(condition -> texts.add(condition.prompt()));
        boolean zeros = model.zeroWithoutNegative() && request.negative().isEmpty();
        Words words = new Words(texts, zeros, request.clipSkip());
        if (!lastWords.equals(Optional.of(words))) {
            EncodedPrompts encoded = model.text().encode(tape, texts, request.clipSkip());
            tape.reset();
            // The weights have done their work; the U-Net may need the memory.
            model.text().towers().forEach(tower -> tower.encoder().parameters().release());
            if (zeros) {
                zeroFirst(encoded.context());
                encoded.pooled().ifPresent(TextConditions::zeroFirst);
            }
            lastWords = Optional.of(words);
            lastEncoded = Optional.of(encoded);
        }
        return lastEncoded.orElseThrow();
    }

    private static void zeroFirst(Tensor rows) {
        Arrays.fill(rows.data(), 0, rows.length() / rows.size(0), 0);
    }
}
