package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** One run of the command line within this process. */
record CommandLineCase(int status, String out, String err) {
    static CommandLineCase run(Object... words) {
        return run(false, List.of(words));
    }

    static CommandLineCase runOnTerminal(Object... words) {
        return run(true, List.of(words));
    }

    private static CommandLineCase run(boolean terminal, List<Object> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = words.stream().map(String::valueOf).toList();
        int status = Main.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true), terminal);
        return new CommandLineCase(status, out.toString(), err.toString());
    }

    /** The run went well. */
    CommandLineCase done() {
        assertEquals(Main.DONE, status, err);
        return this;
    }

    /** The run failed with a line that holds these words, and a stack trace. */
    void refusedVerbosely(int expected, String named) {
        assertEquals(expected, status, err);
        String line =
                err.lines().filter(l -> l.startsWith("mezzo: ")).findFirst().orElse("");
        assertTrue(line.contains(named), err);
        assertTrue(err.contains("\tat "), err);
    }

    /** The run failed with one line that holds these words, and nothing on standard output. */
    void refused(int expected, String... named) {
        assertEquals(expected, status, err);
        assertEquals("", out);
        List<String> lines =
                err.lines().filter(line -> line.startsWith("mezzo: ")).toList();
        assertEquals(1, lines.size(), err);
        assertTrue(err.endsWith(lines.getFirst() + System.lineSeparator()), err);
        assertFalse(err.contains("\tat "), err);
        for (String part : named) {
            assertTrue(lines.getFirst().contains(part), err);
        }
    }
}
