package dev.mezzotint.engine.data;

import dev.mezzotint.engine.image.Image;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A picture and the words that describe it.
 *
 * @param attributes what else is known of the picture, for evaluation; may be empty
 */
public record Example(Image image, String caption, Map<String, String> attributes) {
    /** Takes an unmodifiable copy of the attributes. */
    public Example {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }
}
