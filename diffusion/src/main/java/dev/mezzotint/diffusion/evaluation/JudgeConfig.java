package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sizes of a judge and the words it knows.
 *
 * @param pictureSize width and height of the pictures it looks at, a multiple of 8
 * @param channels of its widest layers, a multiple of 16
 * @param shapes what an object can be
 * @param hues the colours it can have
 */
public record JudgeConfig(int pictureSize, int channels, List<String> shapes, List<String> hues) {
    /** Pixels of the side of a cell: a cell says whether the centre of an object lies in it. */
    static final int CELL = 4;

    /** Values by which a cell says where in and around it the object is: centre x, centre y, base y. */
    static final int OFFSETS = 3;

    /** Refuses sizes that the network cannot have. */
    public JudgeConfig {
        if (pictureSize < 16
                || pictureSize % 8 != 0
                || pictureSize > 1024
                || channels < 16
                || channels % 16 != 0
                || channels > 1024) {
            throw new IllegalArgumentException("judge: pictures of " + pictureSize + " pixels and " + channels
                    + " channels cannot be; give a multiple of 8 from 16 to 1024 and a multiple of 16 up to 1024");
        }
        if (shapes.isEmpty() || hues.isEmpty()) {
            throw new IllegalArgumentException("judge: it must know at least one shape and one hue");
        }
        shapes = List.copyOf(shapes);
        hues = List.copyOf(hues);
    }

    /** Cells along one side. */
    int grid() {
        return pictureSize / CELL;
    }

    /** Values a cell: two for nothing and something, one a shape, one a hue, and the offsets. */
    int outputs() {
        return 2 + shapes.size() + hues.size() + OFFSETS;
    }

    /** As it stands in {@code config.json}. */
    Map<String, Json> members() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("picture_size", Json.of(pictureSize));
        members.put("channels", Json.of(channels));
        members.put("shapes", Json.array(shapes.stream().map(Json::of).toList()));
        members.put("hues", Json.array(hues.stream().map(Json::of).toList()));
        return members;
    }

    /** Reads what {@link #members} wrote. */
    static JudgeConfig of(Json json) {
        return new JudgeConfig(
                json.integer("picture_size"),
                json.integer("channels"),
                words(json.get("shapes")),
                words(json.get("hues")));
    }

    private static List<String> words(Json array) {
        return array.elements().stream().map(Json::asString).toList();
    }
}
