package dev.mezzotint.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Imports point down only: the JDK's own {@code jdeps} says which package needs which. */
class ArchitectureTest {
    private static final String ROOT = "^dev\\.mezzotint\\.";

    /** The floors, lowest first. Packages of one floor may use each other as long as they make no circle. */
    private static final List<Set<String>> FLOORS = List.of(
            Set.of(
                    "engine.shape",
                    "engine.random",
                    "engine.parallel",
                    "engine.json",
                    "engine.checkpoint",
                    "engine.image",
                    "engine.data",
                    "engine.kernel"),
            Set.of("engine.kernel.scalar", "engine.kernel.simd"),
            Set.of("engine.kernel.dispatch", "engine.kernel.timing"),
            Set.of("engine.tensor"),
            Set.of("engine.autograd"),
            Set.of("engine.nn", "engine.optim"),
            Set.of("clip.tokenizer", "clip.model"),
            Set.of("testdata.scenes"),
            Set.of("diffusion.schedule"),
            Set.of("diffusion.model.block"),
            Set.of("diffusion.model.unet", "diffusion.model.vae"),
            Set.of("diffusion.sampler", "diffusion.guidance"),
            Set.of("diffusion.checkpoint", "diffusion.prompt"),
            Set.of("diffusion.pipeline", "diffusion.training"),
            Set.of("diffusion.evaluation"),
            Set.of("diffusion.cli"));

    /** One package needs another; our own go without what all of them begin with. */
    private record Arrow(String from, String to) {
        boolean inside() {
            return floor(from) >= 0 && floor(to) >= 0;
        }

        Arrow withoutRoot() {
            return new Arrow(from.replaceFirst(ROOT, ""), to.replaceFirst(ROOT, ""));
        }

        @Override
        public String toString() {
            return from + " -> " + to;
        }
    }

    private static Set<Arrow> arrows;

    @BeforeAll
    static void askJdeps() throws ReflectiveOperationException {
        arrows = Set.copyOf(jdeps(
                List.of(
                        home("dev.mezzotint.engine.json.Json"),
                        home("dev.mezzotint.clip.tokenizer.Tokenizer"),
                        home("dev.mezzotint.testdata.scenes.Scene"),
                        home("dev.mezzotint.diffusion.cli.Main")),
                List.of(home("picocli.CommandLine"), home("org.joml.Vector3f"))));
    }

    @Test
    void everyPackageHasAFloor() {
        Set<String> packages = arrows.stream().map(Arrow::from).collect(Collectors.toCollection(TreeSet::new));
        packages.removeIf(name -> floor(name) >= 0);
        assertEquals(Set.of(), packages, "give these packages a floor in this test");
        assertNotEquals(Set.of(), arrows);
    }

    @Test
    void importsPointDown() {
        refuse("points up", arrow -> arrow.inside() && floor(arrow.from) < floor(arrow.to));
    }

    @Test
    void noCircleOnAFloor() {
        Map<String, Set<String>> needs = new TreeMap<>();
        for (Arrow arrow : arrows) {
            if (arrow.inside()) {
                needs.computeIfAbsent(arrow.from, _ -> new TreeSet<>()).add(arrow.to);
            }
        }
        refuse("closes a circle", arrow -> arrow.inside() && reaches(needs, arrow.to, arrow.from, new TreeSet<>()));
    }

    @Test
    void onlySimdKernelsKnowVectors() {
        refuse(
                "uses the Vector API",
                arrow -> arrow.to.startsWith("jdk.incubator.vector") && !arrow.from.equals("engine.kernel.simd"));
    }

    @Test
    void engineClipAndDiffusionNeedTheJdkAlone() {
        refuse(
                "leaves the JDK",
                arrow -> !arrow.to.matches("(engine|clip|testdata|diffusion|java|javax|jdk)\\..*")
                        && !(arrow.from.equals("diffusion.cli") && arrow.to.equals("picocli"))
                        && !(arrow.from.startsWith("testdata.") && arrow.to.startsWith("org.joml")));
    }

    @Test
    void scalarKernelsNeedNoSimdTwin() {
        refuse(
                "needs its SIMD twin",
                arrow -> arrow.from.equals("engine.kernel.scalar") && arrow.to.equals("engine.kernel.simd"));
    }

    @Test
    void modulesKeepTheirOrder() {
        refuse(
                "reaches past its module's dependencies",
                arrow -> arrow.from.startsWith("testdata.") && arrow.to.startsWith("clip.")
                        || arrow.from.startsWith("diffusion.") && arrow.to.startsWith("testdata."));
    }

    @Test
    void samplersAndGuidanceKnowADenoiserAndNoUNet() {
        refuse(
                "knows a model",
                arrow -> Set.of("diffusion.sampler", "diffusion.guidance").contains(arrow.from)
                        && arrow.to.startsWith("diffusion.model."));
    }

    @Test
    void schedulesKnowNoTensor() {
        refuse(
                "knows more than numbers",
                arrow -> arrow.from.equals("diffusion.schedule")
                        && Set.of("engine.tensor", "engine.autograd", "engine.nn")
                                .contains(arrow.to));
    }

    private static void refuse(String what, Predicate<Arrow> isWrong) {
        List<String> wrong =
                arrows.stream().filter(isWrong).map(Arrow::toString).sorted().toList();
        assertEquals(List.of(), wrong, what);
    }

    private static int floor(String name) {
        return IntStream.range(0, FLOORS.size())
                .filter(floor -> FLOORS.get(floor).contains(name))
                .findFirst()
                .orElse(-1);
    }

    private static boolean reaches(Map<String, Set<String>> needs, String from, String to, Set<String> seen) {
        return from.equals(to)
                || seen.add(from)
                        && needs.getOrDefault(from, Set.of()).stream().anyMatch(next -> reaches(needs, next, to, seen));
    }

    /** The folder or jar that a class comes from. */
    private static Path home(String className) throws ReflectiveOperationException {
        Class<?> type = Class.forName(className, false, ArchitectureTest.class.getClassLoader());
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of " + className + " is no path", e);
        }
    }

    private static List<Arrow> jdeps(List<Path> places, List<Path> libraries) {
        List<String> arguments = new ArrayList<>(List.of(
                "-verbose:package", "-filter:none", "--ignore-missing-deps", "--multi-release", "25", "--module-path"));
        arguments.add(Stream.concat(places.stream(), libraries.stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)));
        places.forEach(place -> arguments.add(place.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
        assertEquals(0, status, () -> out + err.toString());
        // "   dev.mezzotint.engine.tensor    -> java.lang    java.base"
        Matcher line =
                Pattern.compile("(?m)^ +(dev\\.mezzotint\\.\\S+) +-> (\\S+)").matcher(out.toString());
        List<Arrow> found = new ArrayList<>();
        while (line.find()) {
            Arrow arrow = new Arrow(line.group(1), line.group(2));
            if (!arrow.from.equals(arrow.to)) {
                found.add(arrow.withoutRoot());
            }
        }
        return found;
    }
}
