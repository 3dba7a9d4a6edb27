package dev.mezzotint.clip.tokenizer;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the layouts in which CLIP tokenizers are published, and refuses what cannot be one. */
final class TokenizerReader {
    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";
    static final String FAST = "tokenizer.json";
    static final String OPENAI = "bpe_simple_vocab_16e6.txt.gz";

    private static final int LONGEST_QUOTE = 40;

    private TokenizerReader() {}

    static Tokenizer read(Path path, TextCleanup cleanup) throws IOException {
        if (!Files.exists(path)) {
            throw new FormatException("there is no tokenizer at " + path + "; give a folder with " + VOCABULARY
                    + " and " + MERGES + " or with " + FAST + ", or the file " + OPENAI);
        }
        if (Files.isDirectory(path)) {
            return readFolder(path, cleanup);
        }
        String name = path.getFileName().toString();
        Path folder = path.toAbsolutePath().getParent();
        if (name.equals(VOCABULARY) || name.equals(MERGES)) {
            return readPair(folder, cleanup);
        }
        return name.endsWith(".json") ? readFast(path, cleanup) : OpenAiVocabulary.read(path, cleanup);
    }

    private static Tokenizer readFolder(Path folder, TextCleanup cleanup) throws IOException {
        boolean vocabulary = Files.exists(folder.resolve(VOCABULARY));
        if (vocabulary && Files.exists(folder.resolve(MERGES))) {
            return readPair(folder, cleanup);
        }
        if (Files.exists(folder.resolve(FAST))) {
            return readFast(folder.resolve(FAST), cleanup);
        }
        if (Files.exists(folder.resolve(OPENAI))) {
            return OpenAiVocabulary.read(folder.resolve(OPENAI), cleanup);
        }
        throw new FormatException("the tokenizer folder " + folder + " lacks "
                + (vocabulary
                        ? MERGES + " beside its " + VOCABULARY + "; add it"
                        : VOCABULARY + " and " + MERGES + ", and has no " + FAST + " either; add them"));
    }

    private static Tokenizer readPair(Path folder, TextCleanup cleanup) throws IOException {
        Path vocabularyFile = folder.resolve(VOCABULARY);
        Path mergesFile = folder.resolve(MERGES);
        for (Path file : List.of(vocabularyFile, mergesFile)) {
            if (!Files.exists(file)) {
                throw new FormatException(
                        "the tokenizer folder " + folder + " lacks " + file.getFileName() + "; add it");
            }
        }
        Map<String, Integer> ids = FileContent.json(vocabularyFile, TokenizerReader::ids);
        List<Merges.Pair> pairs = new ArrayList<>();
        int number = 0;
        for (String line : FileContent.text(mergesFile).split("\r?\n")) {
            number++;
            if ((number == 1 && line.contains("#version")) || line.isBlank()) {
                continue;
            }
            pairs.add(pair(line, number, mergesFile));
        }
        return build(vocabularyFile, ids, mergesFile, pairs, TokenizerSettings.read(folder, Map.of()), cleanup);
    }

    private static Tokenizer readFast(Path file, TextCleanup cleanup) throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        List<Merges.Pair> pairs = new ArrayList<>();
        Map<String, Integer> added = new LinkedHashMap<>();
        FileContent.json(file, json -> {
            Json model = json.get("model");
            ids.putAll(ids(model.get("vocab")));
            for (Json merge : model.get("merges").elements()) {
                pairs.add(
                        switch (merge) {
                            case Json.Arr(List<Json> two)
                            when two.size() == 2 ->
                                new Merges.Pair(
                                        two.get(0).asString(), two.get(1).asString());
                            case Json.Arr _, Json.Obj _, Json.Str _, Json.Num _, Json.Bool _, Json.Null _ ->
                                pair(merge.asString(), pairs.size() + 1, file);
                        });
            }
            for (Json token : json.find("added_tokens").map(Json::elements).orElse(List.of())) {
                added.put(token.string("content"), token.integer("id"));
            }
            return json;
        });
        return build(
                file,
                ids,
                file,
                pairs,
                TokenizerSettings.read(file.toAbsolutePath().getParent(), added),
                cleanup);
    }

    private static Tokenizer build(
            Path vocabularyFile,
            Map<String, Integer> ids,
            Path mergesFile,
            List<Merges.Pair> pairs,
            TokenizerSettings settings,
            TextCleanup cleanup)
            throws IOException {
        Map<String, Integer> all = new HashMap<>(ids);
        for (Map.Entry<String, Integer> token : settings.added().entrySet()) {
            Integer before = all.putIfAbsent(token.getKey(), token.getValue());
            if (before != null && !before.equals(token.getValue())) {
                throw new FormatException("the token " + quote(token.getKey()) + " has two ids, " + before + " in "
                        + vocabularyFile + " and " + token.getValue()
                        + " among the added tokens; take both files from the same model");
            }
        }
        Vocabulary vocabulary = new Vocabulary(inOrder(all, vocabularyFile));
        for (int i = 0; i < pairs.size(); i++) {
            Merges.Pair pair = pairs.get(i);
            for (String symbol : List.of(pair.left(), pair.right(), pair.joined())) {
                if (!vocabulary.has(symbol)) {
                    throw new FormatException("merge " + (i + 1) + " of " + mergesFile + " needs the symbol "
                            + quote(symbol) + ", which " + vocabularyFile + " lacks; take both from the same model");
                }
            }
        }
        SpecialTokens special = settings.resolve(vocabulary, vocabularyFile);
        return new Tokenizer(vocabulary, new Merges(pairs, vocabulary), special, settings.maxLength(), cleanup);
    }

    private static Map<String, Integer> ids(Json vocabulary) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (String symbol : vocabulary.members().keySet()) {
            ids.put(symbol, vocabulary.integer(symbol));
        }
        return ids;
    }

    private static List<String> inOrder(Map<String, Integer> ids, Path file) throws FormatException {
        String[] symbols = new String[ids.size()];
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            int id = entry.getValue();
            if (id < 0 || id >= symbols.length) {
                throw new FormatException("the ids of the " + symbols.length + " symbols in " + file
                        + " must be 0 to " + (symbols.length - 1) + " without a gap, but " + quote(entry.getKey())
                        + " has " + id + "; the file is damaged or not a CLIP vocabulary");
            }
            if (symbols[id] != null) {
                throw new FormatException("the id " + id + " in " + file + " belongs to two symbols, "
                        + quote(symbols[id]) + " and " + quote(entry.getKey())
                        + "; the file is damaged or not a CLIP vocabulary");
            }
            symbols[id] = entry.getKey();
        }
        return List.of(symbols);
    }

    /** Reads "left right", the given line or merge of a file. */
    static Merges.Pair pair(String line, int number, Path file) throws FormatException {
        int space = line.indexOf(' ');
        if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
            throw new FormatException("expected two symbols with one space between them in line " + number + " of "
                    + file + " but found " + quote(line) + "; the file is damaged or not a list of merges");
        }
        return new Merges.Pair(line.substring(0, space), line.substring(space + 1));
    }

    /** A piece of a file as a message may show it: short and printable. */
    static String quote(String text) {
        return Json.of(text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text)
                .print();
    }
}
