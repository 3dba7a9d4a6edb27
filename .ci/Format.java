import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks or applies the source format: {@code java Format.java check|apply ROOT}.
 *
 * <p>The build's formatting plugins format inside Maven's own Java, whose parser may be older than these sources; this
 * program runs on the JDK that compiles them.
 */
public final class Format {
    private static final Formatter FORMATTER = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    private Format() {}

    public static void main(String[] arguments) throws IOException {
        boolean apply = arguments[0].equals("apply");
        Path root = Path.of(arguments[1]).toAbsolutePath().normalize();
        List<Path> wrong = sources(root)
                .parallel()
                .filter(source -> !isFormatted(source, apply))
                .toList();
        if (!wrong.isEmpty() && !apply) {
            wrong.forEach(source -> System.err.println("not formatted: " + root.relativize(source)));
            System.err.println("Format the sources with: mvn -N -q verify -Dformat=apply");
            System.exit(1);
        }
        wrong.forEach(source -> System.out.println("formatted: " + root.relativize(source)));
    }

    private static Stream<Path> sources(Path root) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(root)) {
            found = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !root.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
                    .sorted()
                    .toList();
        }
        return found.stream();
    }

    private static boolean isFormatted(Path source, boolean apply) {
        try {
            String before = Files.readString(source);
            String after = formatted(before);
            if (apply && !before.equals(after)) {
                Files.writeString(source, after);
            }
            return before.equals(after);
        } catch (FormatterException | IOException e) {
            System.err.println("cannot format " + source + ": " + e.getMessage());
            return false;
        }
    }

    private static String formatted(String text) throws FormatterException {
        String imports = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(text), Style.PALANTIR);
        return FORMATTER.formatSource(imports);
    }
}
