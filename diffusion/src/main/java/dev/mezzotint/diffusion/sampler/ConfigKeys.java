package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.engine.json.Json;

/** Members of a configuration that may be absent or null, which is the same. */
final class ConfigKeys {
    private ConfigKeys() {}

    static boolean present(Json json, String key) {
        return json.find(key).isPresent();
    }

    static int integer(Json json, String key, int otherwise) {
        return present(json, key) ? json.integer(key) : otherwise;
    }

    static double number(Json json, String key, double otherwise) {
        return present(json, key) ? json.number(key) : otherwise;
    }

    static boolean bool(Json json, String key, boolean otherwise) {
        return present(json, key) ? json.bool(key) : otherwise;
    }

    static String string(Json json, String key, String otherwise) {
        return present(json, key) ? json.string(key) : otherwise;
    }
}
