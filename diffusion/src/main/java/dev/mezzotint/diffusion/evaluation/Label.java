package dev.mezzotint.diffusion.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The truth of one object of a rendered picture, read from an example's attributes.
 *
 * @param shape what it is
 * @param hue its colour
 * @param x middle, in widths of the picture
 * @param y middle, in heights of the picture
 * @param base where it stands on the ground, in heights of the picture; its middle where the data set doesn't say
 */
record Label(String shape, String hue, double x, double y, double base) {
    /** The objects of a picture. */
    static List<Label> of(Map<String, String> attributes) {
        List<Label> labels = new ArrayList<>();
        for (int k = 0; k < count(attributes); k++) {
            double y = number(attributes, "y." + k);
            labels.add(new Label(
                    word(attributes, "shape." + k),
                    word(attributes, "hue." + k),
                    number(attributes, "x." + k),
                    y,
                    attributes.containsKey("base." + k) ? number(attributes, "base." + k) : y));
        }
        return List.copyOf(labels);
    }

    /** The number of objects. */
    static int count(Map<String, String> attributes) {
        return (int) number(attributes, "count");
    }

    /** The value of a key that must be there. */
    static String word(Map<String, String> attributes, String key) {
        String value = attributes.get(key);
        if (value == null) {
            throw new IllegalArgumentException("judge: the attribute \"" + key
                    + "\" is missing; a data set to judge by must give count, shape.k, hue.k, x.k and y.k");
        }
        return value;
    }

    private static double number(Map<String, String> attributes, String key) {
        String value = word(attributes, key);
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "judge: the attribute \"" + key + "\" is \"" + value + "\", which is not a number", e);
        }
    }
}
