package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.kernel.timing.KernelCall;
import java.util.List;

/**
 * Calls of kernels added up.
 *
 * @param flops multiplications and additions of the direct algorithm
 * @param flopSeconds the part of the seconds in which those were done
 * @param bytes what had to be read and written
 */
record KernelSums(int calls, double seconds, double flops, double flopSeconds, double bytes) {
    static KernelSums of(List<KernelCall> calls) {
        double seconds = 0;
        double flops = 0;
        double flopSeconds = 0;
        double bytes = 0;
        for (KernelCall call : calls) {
            seconds += call.nanos() / 1e9;
            flops += call.flops();
            flopSeconds += call.flops() > 0 ? call.nanos() / 1e9 : 0;
            bytes += call.bytes();
        }
        return new KernelSums(calls.size(), seconds, flops, flopSeconds, bytes);
    }

    /** Whether there is anything to hold against the multiply-add peak. */
    boolean multiplies() {
        return flops > 0;
    }

    /** GFLOP/s of the calls that multiply. */
    double rate() {
        return flops / flopSeconds / 1e9;
    }
}
