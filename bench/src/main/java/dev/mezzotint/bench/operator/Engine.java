package dev.mezzotint.bench.operator;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Something that computes operators. Peers are found as services, so that a build without them does not know them. */
public interface Engine {
    /** What it is called in parameters and tables. */
    String name();

    /** Whether it has such an operator. */
    boolean supports(Workload workload);

    /**
     * Brings operands into the engine's own form and sets its number of threads, once a process.
     *
     * @throws IllegalArgumentException if the workload is not supported
     */
    Operator prepare(Workload workload, Operands operands, int threads);

    /** This project's engine, then the peers that are there, by name. */
    static List<Engine> all() {
        List<Engine> peers = ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
        return Stream.concat(Stream.of(new MezzotintEngine()), peers.stream()).toList();
    }

    /**
     * The engine of this name: one of {@link #all}, or {@code scalar}, which is too slow to be measured on every shape.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Engine named(String name) {
        List<Engine> engines = Stream.concat(all().stream(), Stream.of(MezzotintEngine.scalar()))
                .toList();
        return engines.stream()
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no engine '" + name + "', only "
                        + engines.stream().map(Engine::name).toList() + "; peers need the Maven profile 'peers'"));
    }
}
