package dev.mezzotint.engine.kernel.dispatch;

import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.simd.SimdActivation;
import dev.mezzotint.engine.kernel.simd.SimdAttention;
import dev.mezzotint.engine.kernel.simd.SimdConv;
import dev.mezzotint.engine.kernel.simd.SimdElementwise;
import dev.mezzotint.engine.kernel.simd.SimdGemm;
import dev.mezzotint.engine.kernel.simd.SimdNorm;
import dev.mezzotint.engine.kernel.simd.SimdOptimizer;
import dev.mezzotint.engine.kernel.simd.SimdPeak;
import dev.mezzotint.engine.kernel.simd.SimdResample;
import dev.mezzotint.engine.kernel.simd.SimdSoftmax;

/** Names the SIMD kernels in a class of its own, so that nothing of them is linked where the vector module is absent. */
final class SimdKernels {
    private SimdKernels() {}

    static Kernels create() {
        return new Kernels(
                "simd (" + SimdPeak.VECTOR_BITS + "-bit)",
                new SimdGemm(),
                new SimdConv(),
                new SimdAttention(),
                new SimdNorm(),
                new SimdSoftmax(),
                new SimdActivation(),
                new SimdElementwise(),
                new SimdResample(),
                new SimdOptimizer(),
                new SimdPeak());
    }
}
