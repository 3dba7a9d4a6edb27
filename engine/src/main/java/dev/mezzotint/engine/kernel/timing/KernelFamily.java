package dev.mezzotint.engine.kernel.timing;

/** Kinds of work, by what limits them. */
public enum KernelFamily {
    /** {@link dev.mezzotint.engine.kernel.GemmKernel}. */
    MATRIX_PRODUCT("matrix product"),
    /** {@link dev.mezzotint.engine.kernel.ConvKernel}. */
    CONVOLUTION("convolution"),
    /** {@link dev.mezzotint.engine.kernel.AttentionKernel}. */
    ATTENTION("attention"),
    /** {@link dev.mezzotint.engine.kernel.NormKernel}. */
    NORM("norm"),
    /** {@link dev.mezzotint.engine.kernel.SoftmaxKernel}. */
    SOFTMAX("softmax"),
    /** {@link dev.mezzotint.engine.kernel.ActivationKernel}. */
    ACTIVATION("activation"),
    /** {@link dev.mezzotint.engine.kernel.ElementwiseKernel}. */
    ELEMENTWISE("element-wise"),
    /** {@link dev.mezzotint.engine.kernel.ResampleKernel}. */
    RESAMPLE("resample");

    private final String label;

    KernelFamily(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }
}
