package dev.mezzotint.bench.table;

import dev.mezzotint.bench.operator.Workload;
import java.util.Map;
import java.util.Set;

/**
 * What an operator must reach on two threads.
 *
 * @param factor how many times as fast as the peers
 * @param peers whose best counts; empty for all of them
 * @param published GFLOP/s of PyTorch 2.13's fused attention, measured on another day; 0 where libtorch's own counts
 */
record Goal(double factor, Set<String> peers, double published) {
    private static final Set<String> LIBTORCH = Set.of("torch");

    private static final Map<String, Double> FUSED_ATTENTION = Map.of(
            "attention-8x4096x4096x40", 133.0,
            "attention-8x1024x1024x80", 163.0,
            "attention-8x256x256x160", 157.0,
            "attention-8x4096x77x40", 71.0,
            "attention-1x4096x4096x512", 177.0);

    /**
     * The goal for a workload; a norm shall be no slower than a peer's. Twice libtorch is possible where it multiplies at
     * two fifths of the limit; ONNX Runtime reaches nine tenths of it.
     */
    static Goal of(Workload workload) {
        return switch (workload) {
            case Workload.MatrixProduct _ -> new Goal(2, LIBTORCH, 0);
            case Workload.Convolution conv when conv.size() <= 8 -> new Goal(4, LIBTORCH, 0);
            case Workload.Convolution _ -> new Goal(2.5, Set.of(), 0);
            case Workload.Attention _ -> new Goal(2.5, Set.of(), FUSED_ATTENTION.getOrDefault(workload.label(), 0.0));
            case Workload.GroupNormSilu _ -> new Goal(1, Set.of(), 0);
        };
    }
}
