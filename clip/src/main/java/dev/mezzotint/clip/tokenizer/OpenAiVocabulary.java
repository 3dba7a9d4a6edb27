package dev.mezzotint.clip.tokenizer;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * OpenAI's file bpe_simple_vocab_16e6.txt.gz: a heading, then merges by rank, of which CLIP uses the first 48894. The
 * vocabulary follows from them: the 256 bytes, the 256 bytes that end a word, what each merge makes, start and end.
 */
final class OpenAiVocabulary {
    private static final int MERGES = 49152 - 256 - 2;
    private static final int BASE = 512;
    private static final int LONGEST_LINE = 1000;

    private OpenAiVocabulary() {}

    static Tokenizer read(Path file, TextCleanup cleanup) throws IOException {
        List<Merges.Pair> pairs = readPairs(file);
        if (pairs.isEmpty()) {
            throw new FormatException("the file " + file + " has no merges after its heading; fetch it again");
        }
        return of(pairs, file.toString(), TokenizerSettings.DEFAULT_LENGTH, cleanup);
    }

    /** The tokenizer that has these merges and the vocabulary that follows from them. */
    static Tokenizer of(List<Merges.Pair> pairs, String origin, int maxLength, TextCleanup cleanup)
            throws FormatException {
        List<String> symbols = new ArrayList<>(baseSymbols());
        pairs.forEach(pair -> symbols.add(pair.joined()));
        symbols.add(WordSplitter.START);
        symbols.add(WordSplitter.END);
        Map<String, Integer> seen = new HashMap<>();
        for (int id = 0; id < symbols.size(); id++) {
            if (seen.put(symbols.get(id), id) != null) {
                throw new FormatException("merge " + (id - BASE + 1) + " of " + origin
                        + " makes the symbol " + TokenizerReader.quote(symbols.get(id))
                        + " a second time; the file is damaged or not CLIP's");
            }
        }
        for (int rank = 0; rank < pairs.size(); rank++) {
            for (String symbol : List.of(pairs.get(rank).left(), pairs.get(rank).right())) {
                Integer id = seen.get(symbol);
                if (id == null || id >= BASE + rank) {
                    throw new FormatException("merge " + (rank + 1) + " of " + origin + " needs the symbol "
                            + TokenizerReader.quote(symbol)
                            + ", which no merge before it makes; the file is damaged or not CLIP's");
                }
            }
        }
        Vocabulary vocabulary = new Vocabulary(symbols);
        TokenizerSettings clip = TokenizerSettings.ofClip();
        SpecialTokens special = clip.resolve(vocabulary, Path.of(TokenizerReader.OPENAI));
        return new Tokenizer(vocabulary, new Merges(pairs, vocabulary), special, maxLength, cleanup);
    }

    /** The 512 symbols before the merges. */
    static List<String> baseSymbols() {
        List<String> symbols = new ArrayList<>(BASE);
        for (String end : List.of("", ByteAlphabet.WORD_END)) {
            for (int position = 0; position < 256; position++) {
                symbols.add(ByteAlphabet.letterAt(position) + end);
            }
        }
        return symbols;
    }

    private static List<Merges.Pair> readPairs(Path file) throws IOException {
        List<Merges.Pair> pairs = new ArrayList<>();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            readLine(lines, file); // the heading
            while (pairs.size() < MERGES) {
                String line = readLine(lines, file);
                if (line.isEmpty()) {
                    break;
                }
                pairs.add(TokenizerReader.pair(line, pairs.size() + 2, file));
            }
        } catch (EOFException e) {
            throw new FormatException("the file " + file + " ends too early; fetch it again", e);
        } catch (ZipException | CharacterCodingException e) {
            throw new FormatException("the file " + file + " is not gzip-compressed text; fetch it again", e);
        }
        return pairs;
    }

    /** One line, or nothing at the end; a file of zeros without a line break must not fill the memory. */
    private static String readLine(BufferedReader in, Path file) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == LONGEST_LINE) {
                throw new FormatException("a line of " + file + " is too long for a merge; fetch the file again");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }
}
