package dev.mezzotint.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Counts floating-point operations as {@link FlopCounter} does, and what share of the processor's best they are. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class PeakCounter {
    /** Floating-point operations done in this iteration; in operations a nanosecond, GFLOP/s. */
    public double flops;

    /** Nanoseconds that they would take at the peak; a nanosecond, the share of the peak that was reached. */
    public double shareOfPeak;

    /** Counts operations against a peak in GFLOP/s. */
    void count(double operations, double peak) {
        flops += operations;
        shareOfPeak += operations / peak;
    }
}
