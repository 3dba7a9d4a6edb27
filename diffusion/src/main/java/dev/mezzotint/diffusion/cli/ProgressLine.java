package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.pipeline.GenerationProgress;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows how far a picture is and how long it will still take: one line written over again on a terminal, elsewhere a line
 * now and then.
 */
final class ProgressLine {
    /** The system property with which the launcher, which pipes standard error, says what is at its end. */
    private static final String TERMINAL = "mezzotint.terminal";

    private static final double SECONDS_BETWEEN_LINES = 5;

    private final PrintWriter err;
    private final boolean terminal;
    private final String name;
    private double lastLine;
    private int width;

    /**
     * Shows one picture's progress.
     *
     * @param name of what is drawn, before the numbers
     */
    ProgressLine(PrintWriter err, boolean terminal, String name) {
        this.err = err;
        this.terminal = terminal;
        this.name = name;
    }

    /** Whether standard error is a terminal, as far as can be told. */
    static boolean onTerminal() {
        String told = System.getProperty(TERMINAL, "");
        Console console = System.console();
        return told.isEmpty() ? console != null && console.isTerminal() : Boolean.parseBoolean(told);
    }

    /** Shows a step. */
    void show(GenerationProgress progress) {
        boolean last = progress.step() == progress.steps();
        String time = last
                ? String.format(Locale.ROOT, "%.1f s", progress.seconds())
                : String.format(Locale.ROOT, "%.1f s, %.1f s left", progress.seconds(), progress.secondsLeft());
        String text = name + "step " + progress.step() + "/" + progress.steps() + ", " + time;
        if (terminal) {
            // What is left of a longer line before is written over with spaces.
            err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())) + (last ? "\n" : ""));
            err.flush();
            width = text.length();
        } else if (last || progress.seconds() - lastLine >= SECONDS_BETWEEN_LINES) {
            err.println(text);
            lastLine = progress.seconds();
        }
    }

    /** Leaves the line where it is, so that what comes next begins a new one. */
    void interrupt() {
        if (terminal && width > 0) {
            err.println();
        }
    }
}
