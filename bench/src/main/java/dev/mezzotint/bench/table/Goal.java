package dev.mezzotint.bench.table;

import dev.mezzotint.bench.operator.Workload;
import java.util.Map;

/**
 * What an operator must reach on two threads.
 *
 * @param factor how many times as fast as the best peer
 * @param published GFLOP/s of PyTorch 2.13's fused attention, measured on another day; 0 where libtorch's own counts
 */
record Goal(double factor, double published) {
    private static final Map<String, Double> FUSED_ATTENTION = Map.of(
            "attention-8x4096x4096x40", 133.0,
            "attention-8x1024x1024x80", 163.0,
            "attention-8x256x256x160", 157.0,
            "attention-8x4096x77x40", 71.0,
            "attention-1x4096x4096x512", 177.0);

    /** The goal for a workload; a norm shall be no slower than a peer's. */
    static Goal of(Workload workload) {
        return switch (workload) {
            case Workload.MatrixProduct _ -> new Goal(2, 0);
            case Workload.Convolution conv -> new Goal(conv.size() <= 8 ? 4 : 2.5, 0);
            case Workload.Attention _ -> new Goal(2.5, FUSED_ATTENTION.getOrDefault(workload.label(), 0.0));
            case Workload.GroupNormSilu _ -> new Goal(1, 0);
        };
    }
}
