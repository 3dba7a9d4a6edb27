package dev.mezzotint.testdata.scenes;

import java.util.List;
import java.util.Optional;

/**
 * A prompt and what a picture made from it should show.
 *
 * @param text the prompt
 * @param objects the objects, in the order in which the prompt names them
 * @param relation where the first of two objects should stand, measured from the second
 * @param place where a single object should stand; empty if the prompt does not say
 */
public record EvaluationPrompt(
        String text, List<Appearance> objects, Optional<Relation> relation, Optional<Place> place) {
    public EvaluationPrompt {
        objects = List.copyOf(objects);
    }
}
