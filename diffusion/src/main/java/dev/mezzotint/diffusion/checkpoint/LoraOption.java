package dev.mezzotint.diffusion.checkpoint;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a command line names a LoRA file: {@code FILE} or {@code FILE:WEIGHT}.
 *
 * @param weight 1 where none was given
 */
public record LoraOption(Path file, double weight) {
    private static final Pattern WITH_WEIGHT =
            Pattern.compile("(?s)(.+):([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)");

    /**
     * Reads an option. What follows the last colon is a weight if it is a number, else part of the name; so {@code
     * a:2:1} is the file {@code a:2}.
     *
     * @throws IllegalArgumentException if there is no file name, nothing follows the last colon, or the weight is beyond
     *     all numbers
     */
    public static LoraOption parse(String text) {
        if (text.isBlank() || text.startsWith(":") || text.endsWith(":")) {
            throw wrong(text);
        }
        Matcher matcher = WITH_WEIGHT.matcher(text);
        boolean weighted = matcher.matches();
        double weight = weighted ? Double.parseDouble(matcher.group(2)) : 1;
        if (!Double.isFinite(weight)) {
            throw wrong(text);
        }
        try {
            return new LoraOption(Path.of(weighted ? matcher.group(1) : text), weight);
        } catch (InvalidPathException _) {
            throw wrong(text);
        }
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" names no LoRA; give a file, or a file and a weight as in style.safetensors:0.8");
    }
}
