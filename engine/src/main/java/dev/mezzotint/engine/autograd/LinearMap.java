package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * The parameters of x Wᵀ + b, for an operation that takes more than one such map.
 *
 * @param weight (out, in)
 * @param packed the weight packed with the matrix kernel, as a right operand of {@code in} rows and {@code out} columns
 * @param bias (out)
 */
public record LinearMap(Tensor weight, PackedOperand packed, Tensor bias) {
    int in() {
        return weight.size(1);
    }

    int out() {
        return weight.size(0);
    }

    boolean fits() {
        return weight.shape().rank() == 2 && bias.length() == out();
    }
}
