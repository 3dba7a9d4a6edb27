package dev.mezzotint.engine.kernel;

/** Point-wise non-linearities that kernels can apply, alone or fused behind a product or a norm. */
public enum Activation {
    /** The identity. */
    NONE,
    /** max(x, 0); its slope at 0 is 0, as in PyTorch (Nair and Hinton 2010). */
    RELU,
    /** x · σ(x), also called swish (Elfwing 2017). */
    SILU,
    /** x · Φ(x) with the exact error function (Hendrycks and Gimpel 2016). */
    GELU,
    /** The tanh approximation of GELU: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
    GELU_TANH,
    /** OpenAI CLIP's x · σ(1.702 x). */
    QUICK_GELU
}
