package dev.mezzotint.clip.tokenizer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * CLIP's tokenizer: byte-level byte-pair encoding with a mark at the end of each word (Radford et al., "Learning
 * Transferable Visual Models From Natural Language Supervision", arXiv:2103.00020, section 2.4). Any number of threads
 * may use one.
 */
public final class Tokenizer {
    private static final int CACHED_WORDS = 1 << 16;
    private static final int LONGEST_CACHED_WORD = 64;

    private final Vocabulary vocabulary;
    private final Merges merges;
    private final SpecialTokens special;
    private final int maxLength;
    private final TextCleanup cleanup;
    private final Pattern markers;
    private final Map<String, int[]> cache = new ConcurrentHashMap<>();

    Tokenizer(Vocabulary vocabulary, Merges merges, SpecialTokens special, int maxLength, TextCleanup cleanup) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.special = special;
        this.maxLength = maxLength;
        this.cleanup = cleanup;
        // Of two markers that start at the same place, the longer one counts.
        this.markers = Pattern.compile(special.markers().keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
    }

    /**
     * Reads a tokenizer whose text is cleaned as Stable Diffusion programs clean it.
     *
     * @param folderOrFile a folder with vocab.json and merges.txt, or with tokenizer.json; one of these files; or
     *     OpenAI's bpe_simple_vocab_16e6.txt.gz. Special tokens, padding and length are read from tokenizer_config.json
     *     and special_tokens_map.json beside them
     * @throws dev.mezzotint.engine.checkpoint.FormatException if a file is not what it should be
     * @throws IOException if a file is missing or cannot be read
     */
    public static Tokenizer load(Path folderOrFile) throws IOException {
        return load(folderOrFile, TextCleanup.TRANSFORMERS);
    }

    /**
     * Reads a tokenizer.
     *
     * @param folderOrFile as in {@link #load(Path)}
     * @param cleanup how text is cleaned before it is cut into words
     * @throws dev.mezzotint.engine.checkpoint.FormatException if a file is not what it should be
     * @throws IOException if a file is missing or cannot be read
     */
    public static Tokenizer load(Path folderOrFile, TextCleanup cleanup) throws IOException {
        return TokenizerReader.read(folderOrFile, cleanup);
    }

    /**
     * Writes vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json, as transformers' CLIPTokenizer
     * reads them and {@link #load(Path)} does.
     *
     * @param folder made if it is not there
     * @throws IOException if a file cannot be written
     */
    public void save(Path folder) throws IOException {
        TokenizerWriter.write(folder, vocabulary, merges, special, maxLength);
    }

    /**
     * The ids of a text of any length, without the start and end tokens. The text of a marker such as
     * {@code <|endoftext|>} gives the marker's own id, as it does in the reference.
     */
    public int[] encode(String text) {
        IntStream.Builder ids = IntStream.builder();
        switch (cleanup) {
            case OPENAI -> WordSplitter.split(cleanup.clean(text), true, word -> encodeWord(word, ids));
            case TRANSFORMERS -> {
                int at = 0;
                Matcher marker = markers.matcher(text);
                while (marker.find()) {
                    encodePlain(text.substring(at, marker.start()), ids);
                    ids.add(special.markers().get(marker.group()));
                    at = marker.end();
                }
                encodePlain(text.substring(at), ids);
            }
        }
        return ids.build().toArray();
    }

    /** The ids of a prompt between start and end token, cut or padded to {@link #maxLength()}. */
    public Encoded tokenize(String text) {
        int[] tokens = encode(text);
        int kept = Math.min(tokens.length, maxLength - 2);
        int[] ids = frame(Arrays.copyOf(tokens, kept));
        int endIndex = 1;
        while (ids[endIndex] != special.end()) {
            endIndex++;
        }
        return new Encoded(ids, endIndex, text(Arrays.copyOfRange(tokens, kept, tokens.length)));
    }

    /**
     * Puts ids between start and end token and pads them to {@link #maxLength()}.
     *
     * @param tokens at most {@link #maxLength()} − 2, as {@link #encode} gives them
     * @throws IllegalArgumentException if there are more
     */
    public int[] frame(int[] tokens) {
        if (tokens.length > maxLength - 2) {
            throw new IllegalArgumentException("frame: " + tokens.length + " tokens do not fit into " + maxLength
                    + " with a start and an end; give at most " + (maxLength - 2));
        }
        int[] ids = new int[maxLength];
        Arrays.fill(ids, special.pad());
        ids[0] = special.start();
        System.arraycopy(tokens, 0, ids, 1, tokens.length);
        ids[tokens.length + 1] = special.end();
        return ids;
    }

    /**
     * The text of ids, its words set apart by single spaces: start tokens are left out, and reading stops at the first
     * end token, so that padding gives nothing.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    public String decode(int[] ids) {
        return text(Arrays.stream(ids)
                .takeWhile(id -> id != special.end())
                .filter(id -> id != special.start())
                .toArray());
    }

    /** The number of ids, from 0 on; a text encoder has as many rows of embeddings. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** The id that opens every prompt. */
    public int startToken() {
        return special.start();
    }

    /** The id that closes every prompt. */
    public int endToken() {
        return special.end();
    }

    /** The id that fills up short prompts. */
    public int padToken() {
        return special.pad();
    }

    /**
     * The same tokenizer, filling up short prompts with another token: OpenCLIP's text encoders were trained with "!",
     * OpenAI's with the end token. Found in a prompt, it becomes that one token, too.
     *
     * @throws IllegalArgumentException if it is not in the vocabulary
     */
    public Tokenizer withPadToken(String symbol) {
        int pad = vocabulary
                .find(symbol)
                .orElseThrow(() -> new IllegalArgumentException("the tokenizer has no token " + symbol
                        + ", with which the text encoder's prompts are filled up; take both from one model"));
        Map<String, Integer> all = new HashMap<>(special.markers());
        all.put(symbol, pad);
        SpecialTokens other = new SpecialTokens(special.start(), special.end(), pad, special.unknown(), all);
        return new Tokenizer(vocabulary, merges, other, maxLength, cleanup);
    }

    /** How many ids {@link #tokenize} gives, start and end included; 77 in every published model. */
    public int maxLength() {
        return maxLength;
    }

    private void encodePlain(String text, IntStream.Builder ids) {
        if (!text.isEmpty()) {
            WordSplitter.split(cleanup.clean(text), false, word -> encodeWord(word, ids));
        }
    }

    private void encodeWord(String word, IntStream.Builder ids) {
        int[] known = cache.get(word);
        if (known == null) {
            known = mergeWord(word);
            if (word.length() <= LONGEST_CACHED_WORD) {
                if (cache.size() >= CACHED_WORDS) {
                    cache.clear(); // simpler than counting uses, and as good: the common words are back at once
                }
                cache.put(word, known);
            }
        }
        for (int id : known) {
            ids.add(id);
        }
    }

    private int[] mergeWord(String word) {
        if (word.equals(WordSplitter.START) || word.equals(WordSplitter.END)) {
            Integer marker = special.markers().get(word);
            if (marker != null) {
                return new int[] {marker};
            }
        }
        String[] symbols = ByteAlphabet.symbols(word);
        int[] ids = new int[symbols.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = vocabulary.find(symbols[i]).orElse(special.unknown());
        }
        return merges.apply(ids);
    }

    private String text(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            String symbol = vocabulary.symbol(id);
            boolean marker = special.markers().containsKey(symbol);
            boolean wordEnd = symbol.endsWith(ByteAlphabet.WORD_END);
            String letters = wordEnd ? symbol.substring(0, symbol.length() - ByteAlphabet.WORD_END.length()) : symbol;
            if (!marker && letters.chars().allMatch(c -> ByteAlphabet.byteOf((char) c) >= 0)) {
                letters.chars().forEach(c -> bytes.write(ByteAlphabet.byteOf((char) c)));
            } else {
                bytes.writeBytes(letters.getBytes(StandardCharsets.UTF_8));
            }
            if (wordEnd || marker) {
                bytes.write(' ');
            }
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }
}
