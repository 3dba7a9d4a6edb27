package dev.mezzotint.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Counts training examples beside the calls: in operations a second, {@code examples} is examples a second. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class ExampleCounter {
    /** Examples trained on in this iteration. */
    public double examples;
}
