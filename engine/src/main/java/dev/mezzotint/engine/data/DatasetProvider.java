package dev.mezzotint.engine.data;

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
}
