package dev.mezzotint.diffusion.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code mezzo} command: finds the subcommand, and turns whatever fails into one line and an exit code. */
@Command(
        name = "mezzo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Draws pictures from words, offline and in pure Java.",
        synopsisHeading = "",
        customSynopsis = {
            "Usage: mezzo \"PROMPT\" [OPTIONS]        draw a picture (short for mezzo generate)",
            "       mezzo COMMAND [OPTIONS]"
        },
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done.",
            "1:Failed; one line on standard error says what and what to do.",
            "2:The command line was wrong."
        },
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  JAVA_HOME         The JDK (25 or newer) to run on.",
            "  JDK_JAVA_OPTIONS  Options for the Java VM, such as -Xmx8g for large pictures,",
            "                    or -Dmezzotint.kernels=scalar to use no vector instructions.",
            "",
            "mezzo COMMAND --help says more about a command."
        })
public final class Main {
    /** Exit code where all went well. */
    static final int DONE = 0;
    /** Exit code where something failed. */
    static final int FAILED = 1;
    /** Exit code where the command line was wrong. */
    static final int WRONG = 2;

    private static final String STANDARD_ERROR = "mezzotint.stderr";
    private static final long PIPE_MILLIS = 200;
    private static final String VERBOSE = "--verbose";
    private static final String HELP = "help";
    private static final List<String> OWN_OPTIONS = List.of("-h", "--help", "-V", "--version");

    @Option(
            names = VERBOSE,
            scope = ScopeType.INHERIT,
            description = "Show the whole stack trace where something fails.")
    private boolean verbose;

    private Main() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param arguments the words after {@code mezzo}
     */
    public static void main(String[] arguments) {
        boolean piped = !writeErrorsDirectly();
        int status = run(
                List.of(arguments),
                new PrintWriter(System.out, true),
                new PrintWriter(System.err, true),
                ProgressLine.onTerminal());
        if (piped) {
            endPipe();
        }
        System.exit(status);
    }

    /**
     * The launcher pipes standard error to leave out a line of the Java VM's, and says here what is behind the pipe.
     *
     * @return whether nothing goes through the pipe
     */
    private static boolean writeErrorsDirectly() {
        String direct = System.getProperty(STANDARD_ERROR, "");
        if (direct.isEmpty()) {
            return true;
        }
        if (Files.isRegularFile(Path.of(direct))) {
            // Opened again, a file has a position of its own: others who write to it would write over what is said.
            return false;
        }
        try {
            OutputStream out = new FileOutputStream(direct, true);
            System.setErr(new PrintStream(out, true, System.err.charset()));
            return true;
        } catch (IOException e) {
            // A socket or another user's terminal cannot be opened again.
            return false;
        }
    }

    /** What is in the pipe shall have arrived when this process ends; its other end is a child of this process. */
    private static void endPipe() {
        System.err.close();
        ProcessHandle.current().children().map(ProcessHandle::onExit).forEach(ended -> {
            try {
                ended.get(PIPE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                // What is still on its way may arrive later.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /**
     * Runs the command line.
     *
     * @param terminal whether {@code err} is a terminal, on which a line may be written over
     * @return the exit code
     */
    static int run(List<String> arguments, PrintWriter out, PrintWriter err, boolean terminal) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        Map<String, Supplier<Object>> commands = commands(terminal);
        List<String> words = withCommand(arguments, commands.keySet());
        // The options of each command take some milliseconds to find: only help, and what is no command, needs them
        // all.
        Optional<String> wanted = firstWord(words).filter(word -> commands.containsKey(word) && !word.equals(HELP));
        commands.forEach((name, command) -> {
            if (wanted.isEmpty() || wanted.get().equals(name)) {
                line.addSubcommand(name, command.get());
            }
        });
        line.setOut(out).setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false); // a prompt may begin with @
        line.setParameterExceptionHandler(
                (wrong, given) -> main.report(wrong.getCommandLine(), wrong, sentence(wrong)));
        line.setExecutionExceptionHandler((failure, command, result) -> main.report(command, failure));
        try {
            if (arguments.isEmpty()) {
                line.usage(err);
                return WRONG;
            }
            return line.execute(words.toArray(String[]::new));
        } catch (Error e) {
            return main.report(line, e);
        }
    }

    /** By their names, in the order of the help. */
    private static Map<String, Supplier<Object>> commands(boolean terminal) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put(GenerateCommand.NAME, () -> new GenerateCommand(terminal));
        commands.put("train", TrainCommand::new);
        commands.put("evaluate", EvaluateCommand::new);
        commands.put("inspect", InspectCommand::new);
        commands.put("synthesize", SynthesizeCommand::new);
        commands.put("profile", ProfileCommand::new);
        commands.put(HELP, HelpCommand::new);
        return commands;
    }

    /** What does not begin with a command is a prompt, with or without options before it. */
    private static List<String> withCommand(List<String> arguments, Set<String> commands) {
        Optional<String> first = firstWord(arguments);
        if (first.isEmpty() || commands.contains(first.get()) || OWN_OPTIONS.contains(first.get())) {
            return arguments;
        }
        return Stream.concat(Stream.of(GenerateCommand.NAME), arguments.stream())
                .toList();
    }

    /** Past what goes with every command, and may stand before it. */
    private static Optional<String> firstWord(List<String> arguments) {
        return arguments.stream().dropWhile(word -> word.equals(VERBOSE)).findFirst();
    }

    private int report(CommandLine command, ParameterException wrong, String sentence) {
        command.getErr().println("mezzo: " + Failure.oneLine(sentence));
        trace(command, wrong);
        return WRONG;
    }

    private int report(CommandLine command, Throwable failure) {
        command.getErr().println("mezzo: " + Failure.sentence(failure));
        trace(command, failure);
        return FAILED;
    }

    private void trace(CommandLine command, Throwable failure) {
        if (verbose) {
            failure.printStackTrace(command.getErr());
        }
    }

    private static String sentence(ParameterException wrong) {
        String help = "; see " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        if (wrong instanceof UnmatchedArgumentException unmatched
                && unmatched.getUnmatched().stream().noneMatch(word -> word.startsWith("-"))) {
            String words = unmatched.getUnmatched().stream()
                    .map(word -> "'" + word + "'")
                    .collect(Collectors.joining(", "));
            return "unexpected " + words + "; put a prompt of several words in quotes" + help;
        }
        String message = wrong.getMessage();
        // picocli begins its sentences with a capital and lists remedies on further lines.
        String first = message.lines().findFirst().orElse("the command line is wrong");
        String decapitalised = Character.toLowerCase(first.charAt(0)) + first.substring(1);
        return decapitalised + help;
    }
}
