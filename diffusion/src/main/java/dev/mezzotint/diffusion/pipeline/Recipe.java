package dev.mezzotint.diffusion.pipeline;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a picture was made, as PNG files carry it under the keyword {@value #KEYWORD} and as the usual web interfaces read it.
 *
 * @param prompt what it should show
 * @param negative what it should not show; empty for nothing
 * @param steps number of steps
 * @param sampler method
 * @param guidance guidance scale
 * @param seed of the noise
 * @param width in pixels
 * @param height in pixels
 * @param model its name
 * @param extras what else made the picture, such as {@code Denoising strength}, in the order in which it is written
 * @param version of this program
 */
public record Recipe(
        String prompt,
        String negative,
        int steps,
        String sampler,
        double guidance,
        long seed,
        int width,
        int height,
        String model,
        Map<String, String> extras,
        String version) {
    /** Keyword of the PNG text chunk. */
    public static final String KEYWORD = "parameters";

    /** Keeps the order of the extras. */
    public Recipe {
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
    }

    /** The text of the chunk. */
    public String text() {
        return prompt
                + (negative.isEmpty() ? "" : "\nNegative prompt: " + negative)
                + "\nSteps: " + steps
                + ", Sampler: " + sampler
                + ", CFG scale: "
                + BigDecimal.valueOf(guidance).stripTrailingZeros().toPlainString()
                + ", Seed: " + seed
                + ", Size: " + width + "x" + height
                + ", Model: " + model
                + extras.entrySet().stream()
                        .map(extra -> ", " + extra.getKey() + ": " + extra.getValue())
                        .collect(Collectors.joining())
                + ", Version: " + version;
    }
}
