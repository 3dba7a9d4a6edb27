package dev.mezzotint.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.parallel.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlocksTest {
    private static List<String> ranges(int threads, int length, int size) {
        List<String> ranges = Collections.synchronizedList(new ArrayList<>());
        try (Workers workers = Workers.of(threads)) {
            Blocks.run(workers, length, size, (from, to) -> {
                if (from < 0 || to > length || ranges.size() > length / size) {
                    throw new IllegalStateException("block " + from + " to " + to + " of " + length);
                }
                ranges.add(from + "-" + to);
            });
        }
        Collections.sort(ranges);
        return ranges;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void blocksCoverTheRange(int threads) {
        assertEquals(List.of("0-4", "4-8", "8-9"), ranges(threads, 9, 4));
        assertEquals(List.of("0-3"), ranges(threads, 3, 4));
        assertEquals(List.of(), ranges(threads, 0, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theLastBlockMayEndWhereArraysDo(int threads) {
        int longest = Integer.MAX_VALUE - 8;
        assertEquals(List.of("0-1073741824", "1073741824-" + longest), ranges(threads, longest, 1 << 30));
    }

    @Test
    void aBlockHasAtLeastOneRow() {
        assertEquals(Blocks.ELEMENTS / 100, Blocks.rows(100));
        assertEquals(1, Blocks.rows(Integer.MAX_VALUE));
        assertEquals(Blocks.ELEMENTS, Blocks.rows(0));
    }
}
