package dev.mezzotint.clip.tokenizer;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What stands beside a vocabulary: the names of its special tokens, tokens added later, the longest prompt.
 *
 * @param added text and id of every declared token, whether the vocabulary has it already or not
 */
record TokenizerSettings(
        String start, String end, String pad, String unknown, int maxLength, Map<String, Integer> added) {
    static final String CONFIGURATION = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String ADDED_TOKENS = "added_tokens.json";
    static final String DECODER = "added_tokens_decoder";
    static final int DEFAULT_LENGTH = 77;
    /** Libraries write 1e30 for "no limit"; CLIP always has one. */
    private static final double UNLIMITED = 1e6;

    /** CLIP's own: padding with the end token, 77 tokens. */
    static TokenizerSettings ofClip() {
        return new TokenizerSettings(
                WordSplitter.START, WordSplitter.END, WordSplitter.END, WordSplitter.END, DEFAULT_LENGTH, Map.of());
    }

    /** @param alreadyAdded tokens that the vocabulary's own file declares */
    static TokenizerSettings read(Path folder, Map<String, Integer> alreadyAdded) throws IOException {
        Json configuration = readIfThere(folder.resolve(CONFIGURATION));
        Json specialTokens = readIfThere(folder.resolve(SPECIAL_TOKENS));
        // The library's rule: the map beside it overrules an old configuration, not one that lists its added tokens.
        // Stable Diffusion 2 relies on it: only its map says that it pads with "!".
        boolean old = !configuration.has(DECODER);
        Json first = old ? specialTokens : configuration;
        Json second = old ? configuration : specialTokens;
        Map<String, Integer> added = new LinkedHashMap<>(alreadyAdded);
        Path addedFile = folder.resolve(ADDED_TOKENS);
        if (Files.exists(addedFile)) {
            FileContent.json(addedFile, json -> {
                for (String token : json.members().keySet()) {
                    added.put(token, json.integer(token));
                }
                return json;
            });
        }
        Path configurationFile = folder.resolve(CONFIGURATION);
        return FileContent.from(configurationFile, configuration, _ -> {
            if (configuration.find(DECODER).isPresent()) {
                for (Map.Entry<String, Json> entry :
                        configuration.get(DECODER).members().entrySet()) {
                    added.put(entry.getValue().string("content"), id(entry.getKey(), configurationFile));
                }
            }
            String end = token("eos_token", first, second, WordSplitter.END);
            return new TokenizerSettings(
                    token("bos_token", first, second, WordSplitter.START),
                    end,
                    token("pad_token", first, second, end),
                    token("unk_token", first, second, end),
                    maxLength(configuration, configurationFile),
                    added);
        });
    }

    /** Finds the special tokens in the vocabulary. */
    SpecialTokens resolve(Vocabulary vocabulary, Path vocabularyFile) throws FormatException {
        Map<String, Integer> markers = new LinkedHashMap<>(added);
        markers.put(start, find(vocabulary, start, "start", vocabularyFile));
        markers.put(end, find(vocabulary, end, "end", vocabularyFile));
        markers.put(pad, find(vocabulary, pad, "padding", vocabularyFile));
        markers.put(unknown, find(vocabulary, unknown, "unknown", vocabularyFile));
        markers.remove("");
        return new SpecialTokens(markers.get(start), markers.get(end), markers.get(pad), markers.get(unknown), markers);
    }

    private static int find(Vocabulary vocabulary, String token, String role, Path file) throws FormatException {
        return vocabulary
                .find(token)
                .orElseThrow(() -> new FormatException("the " + role + " token "
                        + TokenizerReader.quote(token) + " is not in the vocabulary " + file
                        + "; correct it in " + CONFIGURATION + " or take the files from the same model"));
    }

    private static Json readIfThere(Path file) throws IOException {
        return Files.exists(file) ? FileContent.json(file, TokenizerSettings::object) : Json.object(Map.of());
    }

    private static Json object(Json json) {
        json.members();
        return json;
    }

    /** A token is written as its text or as an object with its text in "content". */
    private static String token(String key, Json first, Json second, String otherwise) {
        return first.find(key)
                .or(() -> second.find(key))
                .map(token -> token instanceof Json.Str(String text) ? text : token.string("content"))
                .orElse(otherwise);
    }

    private static int maxLength(Json configuration, Path file) throws FormatException {
        double length =
                configuration.find("model_max_length").map(Json::asDouble).orElse((double) DEFAULT_LENGTH);
        if (length > UNLIMITED) {
            return DEFAULT_LENGTH;
        }
        if (length < 3 || length != Math.rint(length)) {
            throw new FormatException(
                    "the model_max_length in " + file + " is " + Json.of(length).print()
                            + " but must be a whole number of at least 3 tokens; CLIP's is " + DEFAULT_LENGTH);
        }
        return (int) length;
    }

    private static int id(String key, Path file) throws FormatException {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw new FormatException(
                    "the key " + TokenizerReader.quote(key) + " under " + DECODER + " in " + file
                            + " must be a token id; fetch the file again",
                    e);
        }
    }
}
