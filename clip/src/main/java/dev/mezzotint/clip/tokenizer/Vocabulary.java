package dev.mezzotint.clip.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The symbols of a tokenizer by id, and back. */
final class Vocabulary {
    private final List<String> symbols;
    private final Map<String, Integer> ids;

    /** @param symbols every symbol once, the one with id 0 first */
    Vocabulary(List<String> symbols) {
        this.symbols = List.copyOf(symbols);
        this.ids = IntStream.range(0, symbols.size())
                .boxed()
                .collect(Collectors.toUnmodifiableMap(this.symbols::get, Function.identity()));
    }

    int size() {
        return symbols.size();
    }

    String symbol(int id) {
        if (id < 0 || id >= symbols.size()) {
            throw new IllegalArgumentException(
                    "token id " + id + " is not in the vocabulary; ids run from 0 to " + (symbols.size() - 1));
        }
        return symbols.get(id);
    }

    OptionalInt find(String symbol) {
        Integer id = ids.get(symbol);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    boolean has(String symbol) {
        return ids.containsKey(symbol);
    }
}
