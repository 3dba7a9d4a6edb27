package dev.mezzotint.engine.data;

import java.util.List;
import java.util.Map;

/** Opens data sets of one kind; registered as a service of this type. */
public interface DatasetProvider {
    /** The word that chooses this provider on the command line. */
    String name();

    /** One sentence that says what the data set holds and which options it takes. */
    String description();

    /**
     * Opens a data set.
     *
     * @throws IllegalArgumentException if an option is unknown or its value is wrong
     */
    CaptionedDataset open(Map<String, String> options);

    /**
     * Options of {@link #open} with which each example carries false captions, under the attributes {@code negative.0},
     * {@code negative.1} and so on; empty if this data set has none.
     *
     * @param count wanted number of false captions
     */
    default Map<String, String> falseCaptions(int count) {
        return Map.of();
    }

    /**
     * Prompts by which a model that learned from such data can be judged; the same arguments give the same prompts.
     *
     * @param objects how many objects each prompt names
     * @param count number of prompts
     * @param seed any number
     * @param options which part of the data to ask for
     * @throws IllegalArgumentException if an option is unknown or wrong, or the data set has no such prompts
     */
    default List<JudgedPrompt> prompts(int objects, int count, long seed, Map<String, String> options) {
        throw new IllegalArgumentException(
                "the data set \"" + name() + "\" has no prompts to judge a model by; choose another");
    }
}
