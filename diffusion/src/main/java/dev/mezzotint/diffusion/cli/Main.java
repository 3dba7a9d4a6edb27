package dev.mezzotint.diffusion.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code mezzo} command. */
@Command(
        name = "mezzo",
        mixinStandardHelpOptions = true,
        version = "mezzotint 0.1.0-SNAPSHOT",
        description = "Text in, picture out: diffusion in pure Java.")
public final class Main implements Runnable {
    private Main() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param arguments the words after {@code mezzo}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
