package dev.mezzotint.bench.operator;

import dev.mezzotint.engine.autograd.AttentionOps;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.function.Function;

/** This project's layers on an inference tape, as its models use them. */
public final class MezzotintEngine implements Engine {
    /** Its name with the kernels that the machine runs best. */
    public static final String NAME = "mezzotint";

    private final String name;
    private final Kernels kernels;

    /** The engine with the best kernels. */
    public MezzotintEngine() {
        this(NAME, KernelSelector.kernels());
    }

    private MezzotintEngine(String name, Kernels kernels) {
        this.name = name;
        this.kernels = kernels;
    }

    /** The engine with scalar kernels. */
    static MezzotintEngine scalar() {
        return new MezzotintEngine("scalar", KernelSelector.scalar());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public Operator prepare(Workload workload, Operands operands, int threads) {
        return new Layer(layer(workload, operands), kernels, threads);
    }

    private static Function<Tape, Tensor> layer(Workload workload, Operands operands) {
        Parameters parameters = Parameters.create();
        float[] first = operands.first();
        return switch (workload) {
            case Workload.MatrixProduct(int m, int n, int k) -> {
                Linear linear = new Linear(parameters, k, n, false);
                set(parameters, 0, transposed(operands.second(), k, n));
                Tensor x = Tensor.of(first, m, k);
                yield tape -> linear.forward(tape, x);
            }
            case Workload.Convolution(int in, int out, int size) -> {
                Conv2d conv = new Conv2d(parameters, in, out, 3, 1, 1, 1, false, Initializer.constant(0));
                set(parameters, 0, operands.second());
                Tensor x = Tensor.of(first, 1, size, size, in);
                yield tape -> conv.forward(tape, x);
            }
            case Workload.Attention(int heads, int queries, int keys, int width) -> {
                Tensor q = Tensor.of(first, 1, queries, heads * width);
                Tensor k = Tensor.of(operands.second(), 1, keys, heads * width);
                Tensor v = Tensor.of(operands.third(), 1, keys, heads * width);
                yield tape -> AttentionOps.attention(tape, q, k, v, heads, false);
            }
            case Workload.GroupNormSilu(int channels, int size) -> {
                GroupNorm norm = new GroupNorm(
                        parameters, Workload.GroupNormSilu.GROUPS, channels, Workload.GroupNormSilu.EPSILON);
                set(parameters, 0, operands.second());
                set(parameters, 1, operands.third());
                Tensor x = Tensor.of(first, 1, size, size, channels);
                yield tape -> norm.forward(tape, x, Activation.SILU);
            }
        };
    }

    private static void set(Parameters parameters, int index, float[] values) {
        System.arraycopy(values, 0, parameters.list().get(index).value().data(), 0, values.length);
        parameters.list().get(index).changed();
    }

    private static float[] transposed(float[] matrix, int rows, int columns) {
        float[] transposed = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + i] = matrix[i * columns + j];
            }
        }
        return transposed;
    }

    private static final class Layer implements Operator {
        private final Function<Tape, Tensor> layer;
        private final Workers workers;
        private final Tape tape;
        private Tensor last = Tensor.zeros(1);

        Layer(Function<Tape, Tensor> layer, Kernels kernels, int threads) {
            this.layer = layer;
            workers = Workers.of(threads);
            tape = Tape.inference(new Compute(kernels, workers));
        }

        @Override
        public void run() {
            last = layer.apply(tape);
            tape.reset();
        }

        @Override
        public float[] result() {
            // The buffer is the workspace's again, but nobody takes it before the next run.
            return last.data().clone();
        }

        @Override
        public void close() {
            workers.close();
        }
    }
}
