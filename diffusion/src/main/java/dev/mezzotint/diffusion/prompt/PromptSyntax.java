package dev.mezzotint.diffusion.prompt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The prompt language of AUTOMATIC1111's stable-diffusion-webui.
 *
 * <table>
 * <caption>What is not plain text</caption>
 * <tr><td>{@code (word)}</td><td>counts 1.1 times as much</td></tr>
 * <tr><td>{@code [word]}</td><td>counts 1.1 times less</td></tr>
 * <tr><td>{@code (word:1.3)}</td><td>counts 1.3 times as much</td></tr>
 * <tr><td>{@code \( \) \[ \] \\}</td><td>the character itself; any other backslash disappears</td></tr>
 * <tr><td>{@code BREAK}</td><td>what follows begins a new chunk of tokens</td></tr>
 * </table>
 *
 * <p>Brackets inside brackets multiply. An opening bracket that is never closed holds to the end; a closing one that
 * was never opened is text. Unlike the web UI, {@code BREAK} also works inside brackets (there it becomes a word of
 * weight −1.1), and a weight that is no number, as in {@code (word:1.2.3)}, is text (there it is an error).
 */
public final class PromptSyntax {
    /** Weights stay within ±this, however many brackets are stacked, so that no embedding overflows. */
    public static final double LARGEST_WEIGHT = 1e6;

    private static final double STEP = 1.1;
    private static final Pattern PIECE = Pattern.compile("""
            (?x)  \\\\[\\\\()\\[\\]]?
            |     [()\\[\\]]
            |     : \\s* ( [+-]? (?: [0-9]+ \\.? [0-9]* | \\.[0-9]+ ) ) \\s* \\)
            |     :
            |     [^\\\\()\\[\\]:]+
            """);
    private static final Pattern BREAK = Pattern.compile("\\bBREAK\\b", Pattern.UNICODE_CHARACTER_CLASS);

    private final List<WeightedText> pieces = new ArrayList<>();
    private final List<Integer> breaks = new ArrayList<>();
    private final Deque<Integer> round = new ArrayDeque<>();
    private final Deque<Integer> square = new ArrayDeque<>();

    private PromptSyntax() {}

    /**
     * Takes a prompt apart. A prompt without syntax gives one section of one text, itself, with weight 1.
     *
     * @param prompt any text
     * @return the sections that {@code BREAK} separates, at least one, each a list of texts none of which is empty;
     *     neighbours differ in weight. A section may be empty
     */
    public static List<List<WeightedText>> parse(String prompt) {
        PromptSyntax syntax = new PromptSyntax();
        Matcher piece = PIECE.matcher(prompt);
        while (piece.find()) {
            syntax.read(piece.group(), piece.group(1) == null ? Double.NaN : Double.parseDouble(piece.group(1)));
        }
        syntax.round.forEach(opened -> syntax.multiply(opened, STEP));
        syntax.square.forEach(opened -> syntax.multiply(opened, 1 / STEP));
        return syntax.sections();
    }

    private void read(String piece, double weight) {
        boolean weighted = !Double.isNaN(weight);
        if (piece.startsWith("\\")) {
            pieces.add(new WeightedText(piece.substring(1), 1));
        } else if (piece.equals("(")) {
            round.push(pieces.size());
        } else if (piece.equals("[")) {
            square.push(pieces.size());
        } else if ((weighted || piece.equals(")")) && !round.isEmpty()) {
            multiply(round.pop(), weighted ? weight : STEP);
        } else if (piece.equals("]") && !square.isEmpty()) {
            multiply(square.pop(), 1 / STEP);
        } else {
            readText(piece);
        }
    }

    private void readText(String text) {
        Matcher word = BREAK.matcher(text);
        int at = 0;
        while (word.find()) {
            pieces.add(new WeightedText(text.substring(at, word.start()), 1));
            breaks.add(pieces.size());
            at = word.end();
        }
        pieces.add(new WeightedText(text.substring(at), 1));
    }

    private void multiply(int from, double factor) {
        pieces.subList(from, pieces.size())
                .replaceAll(piece -> new WeightedText(
                        piece.text(), Math.clamp(piece.weight() * factor, -LARGEST_WEIGHT, LARGEST_WEIGHT)));
    }

    private List<List<WeightedText>> sections() {
        List<List<WeightedText>> sections = new ArrayList<>();
        int from = 0;
        for (int to : breaks) {
            sections.add(merge(pieces.subList(from, to)));
            from = to;
        }
        sections.add(merge(pieces.subList(from, pieces.size())));
        return List.copyOf(sections);
    }

    /** Words are cut into tokens text by text, so what can be one text must be. */
    private static List<WeightedText> merge(List<WeightedText> pieces) {
        List<WeightedText> merged = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        double weight = 1;
        for (WeightedText piece : pieces) {
            if (piece.text().isEmpty()) {
                continue;
            }
            if (piece.weight() != weight && !text.isEmpty()) {
                merged.add(new WeightedText(text.toString(), weight));
                text.setLength(0);
            }
            weight = piece.weight();
            text.append(piece.text());
        }
        if (!text.isEmpty()) {
            merged.add(new WeightedText(text.toString(), weight));
        }
        return List.copyOf(merged);
    }
}
