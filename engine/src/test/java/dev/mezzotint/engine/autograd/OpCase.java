package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation at one set of shapes: enough to test its gradient, its parity between kernels and its use of buffers.
 *
 * @param operation class and method, such as {@code ArithmeticOps.add}
 * @param variant what is special about this case
 * @param inputs values of the tensors that gradients are wanted for
 * @param function the operation
 */
record OpCase(String operation, String variant, List<Tensor> inputs, Function function) {
    /** Applies an operation to inputs. */
    @FunctionalInterface
    interface Function {
        Tensor apply(Tape tape, List<Tensor> inputs);
    }

    static OpCase of(String operation, String variant, List<Shape> shapes, Function function) {
        TorchGenerator generator = new TorchGenerator(operation.hashCode() + 31L * variant.hashCode() & 0xffff);
        List<Tensor> inputs = new ArrayList<>();
        for (Shape shape : shapes) {
            inputs.add(Tensor.of(generator.randn(shape.length()), shape));
        }
        return new OpCase(operation, variant, inputs, function);
    }

    /** The result without recording. */
    float[] infer(Compute compute) {
        return function.apply(Tape.inference(compute), inputs).data();
    }

    @Override
    public String toString() {
        return operation + " " + variant;
    }
}
