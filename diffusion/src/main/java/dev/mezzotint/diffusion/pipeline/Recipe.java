package dev.mezzotint.diffusion.pipeline;

import java.math.BigDecimal;
import java.util.Optional;

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
 * @param latents the file with the initial noise, where it did not come from the seed
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
        Optional<String> latents,
        String version) {
    /** Keyword of the PNG text chunk. */
    public static final String KEYWORD = "parameters";

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
                + latents.map(file -> ", Initial latents: " + file).orElse("")
                + ", Version: " + version;
    }
}
