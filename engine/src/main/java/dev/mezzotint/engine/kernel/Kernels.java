package dev.mezzotint.engine.kernel;

/**
 * One complete set of kernels, all of one kind.
 *
 * @param name what to call the set in logs, such as {@code simd (512-bit)}
 */
public record Kernels(
        String name,
        GemmKernel gemm,
        ConvKernel conv,
        AttentionKernel attention,
        NormKernel norm,
        SoftmaxKernel softmax,
        ActivationKernel activation,
        ElementwiseKernel elementwise,
        ResampleKernel resample,
        OptimizerKernel optimizer,
        PeakKernel peak) {}
