package dev.mezzotint.clip.tokenizer;

import dev.mezzotint.engine.checkpoint.AtomicFile;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes the four files of a tokenizer folder as transformers' CLIPTokenizer has them. */
final class TokenizerWriter {
    private TokenizerWriter() {}

    static void write(Path folder, Vocabulary vocabulary, Merges merges, SpecialTokens special, int maxLength)
            throws IOException {
        Files.createDirectories(folder);
        Map<String, Json> ids = new LinkedHashMap<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(vocabulary.symbol(id), Json.of((long) id));
        }
        StringBuilder lines = new StringBuilder("#version: 0.2\n");
        for (Merges.Pair pair : merges.pairs()) {
            lines.append(pair.left()).append(' ').append(pair.right()).append('\n');
        }
        Map<String, Json> roles = new LinkedHashMap<>();
        roles.put("bos_token", Json.of(vocabulary.symbol(special.start())));
        roles.put("eos_token", Json.of(vocabulary.symbol(special.end())));
        roles.put("pad_token", Json.of(vocabulary.symbol(special.pad())));
        roles.put("unk_token", Json.of(vocabulary.symbol(special.unknown())));
        Map<String, Json> configuration = new LinkedHashMap<>(roles);
        configuration.put("tokenizer_class", Json.of("CLIPTokenizer"));
        configuration.put("model_max_length", Json.of((long) maxLength));
        configuration.put("add_prefix_space", Json.of(false));
        configuration.put("do_lower_case", Json.of(true));
        configuration.put("errors", Json.of("replace"));
        configuration.put(TokenizerSettings.DECODER, declared(special));

        write(folder.resolve(TokenizerReader.VOCABULARY), Json.object(ids).print());
        write(folder.resolve(TokenizerReader.MERGES), lines.toString());
        write(
                folder.resolve(TokenizerSettings.CONFIGURATION),
                Json.object(configuration).pretty());
        write(
                folder.resolve(TokenizerSettings.SPECIAL_TOKENS),
                Json.object(roles).pretty());
    }

    private static Json declared(SpecialTokens special) {
        Map<String, Json> tokens = new LinkedHashMap<>();
        special.markers().entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry::getValue))
                .forEach(marker -> {
                    Map<String, Json> token = new LinkedHashMap<>();
                    token.put("content", Json.of(marker.getKey()));
                    token.put("lstrip", Json.of(false));
                    token.put("normalized", Json.of(false));
                    token.put("rstrip", Json.of(false));
                    token.put("single_word", Json.of(false));
                    token.put("special", Json.of(true));
                    tokens.put(marker.getValue().toString(), Json.object(token));
                });
        return Json.object(tokens);
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
