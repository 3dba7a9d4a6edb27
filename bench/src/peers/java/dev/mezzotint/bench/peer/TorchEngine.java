package dev.mezzotint.bench.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import dev.mezzotint.bench.operator.Engine;
import dev.mezzotint.bench.operator.Operands;
import dev.mezzotint.bench.operator.Operator;
import dev.mezzotint.bench.operator.Workload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * libtorch (MKL, oneDNN) through DJL. Each operator is a TorchScript of one expression; images and weights of convolutions
 * are channels-last in memory, which is libtorch's faster way for these shapes.
 */
public final class TorchEngine implements Engine {
    /** What {@code memory_format=torch.channels_last} is in TorchScript. */
    private static final String CHANNELS_LAST = "torch.contiguous(a, memory_format=2)";

    /** For the service loader. */
    public TorchEngine() {}

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public Operator prepare(Workload workload, Operands operands, int threads) {
        // DJL reads these when it is loaded.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        PtNDManager manager =
                (PtNDManager) ai.djl.engine.Engine.getEngine("PyTorch").newBaseManager();
        float[] first = operands.first();
        float[] second = operands.second();
        float[] third = operands.third();
        return switch (workload) {
            case Workload.MatrixProduct(int m, int n, int k) ->
                new Scripted(
                        manager,
                        "torch.matmul(a, b)",
                        List.of(manager.create(first, new Shape(m, k)), manager.create(second, new Shape(k, n))),
                        false);
            case Workload.Convolution(int in, int out, int size) ->
                new Scripted(
                        manager,
                        "torch.conv2d(a, b, None, [1, 1], [1, 1])",
                        List.of(
                                channelsLast(manager, first, new Shape(1, size, size, in)),
                                channelsLast(manager, second, new Shape(out, 3, 3, in))),
                        true);
            case Workload.Attention(int heads, int queries, int keys, int width) ->
                new Scripted(
                        manager,
                        "torch.scaled_dot_product_attention(a, b, c)",
                        List.of(
                                heads(manager, first, queries, heads, width),
                                heads(manager, second, keys, heads, width),
                                heads(manager, third, keys, heads, width)),
                        true);
            case Workload.GroupNormSilu(int channels, int size) ->
                new Scripted(
                        manager,
                        "torch.silu(torch.group_norm(a, " + Workload.GroupNormSilu.GROUPS + ", b, c, "
                                + Workload.GroupNormSilu.EPSILON + "))",
                        List.of(
                                channelsLast(manager, first, new Shape(1, size, size, channels)),
                                manager.create(second, new Shape(channels)),
                                manager.create(third, new Shape(channels))),
                        true);
        };
    }

    /** An array (n, height, width, channels) as torch sees a channels-last one: (n, channels, height, width). */
    private static NDArray channelsLast(PtNDManager manager, float[] values, Shape shape) {
        NDArray channelsFirst = manager.create(values, shape).transpose(0, 3, 1, 2);
        try (PtSymbolBlock block = load(manager, CHANNELS_LAST, 1)) {
            return block.forward(IValue.from((PtNDArray) channelsFirst)).toTensor(manager);
        }
    }

    /** Rows (tokens, heads · width) as torch wants them: (1, heads, tokens, width), without copying, as models do it. */
    private static NDArray heads(NDManager manager, float[] rows, int tokens, int heads, int width) {
        return manager.create(rows, new Shape(1, tokens, heads, width)).transpose(0, 2, 1, 3);
    }

    private static PtSymbolBlock load(PtNDManager manager, String expression, int inputs) {
        try {
            byte[] module = TorchScript.module(expression, inputs);
            PtSymbolBlock block = JniUtils.loadModule(manager, new ByteArrayInputStream(module), false, false);
            JniUtils.enableInferenceMode(block);
            return block;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Scripted implements Operator {
        private final PtNDManager manager;
        private final PtSymbolBlock block;
        private final IValue[] inputs;
        private final boolean movesChannels;
        private final List<NDArray> last = new ArrayList<>();

        /** The result's second axis comes last in ours if {@code movesChannels}, else it is laid out alike. */
        Scripted(PtNDManager manager, String expression, List<NDArray> operands, boolean movesChannels) {
            this.manager = manager;
            block = load(manager, expression, operands.size());
            inputs = operands.stream()
                    .map(operand -> IValue.from((PtNDArray) operand))
                    .toArray(IValue[]::new);
            this.movesChannels = movesChannels;
        }

        @Override
        public void run() {
            last.forEach(NDArray::close);
            last.clear();
            try (IValue result = block.forward(inputs)) {
                last.add(result.toTensor(manager));
            }
        }

        @Override
        public float[] result() {
            NDArray result = last.getFirst();
            if (!movesChannels) {
                return result.toFloatArray();
            }
            // Heads are the second axis of (1, heads, tokens, width), channels of (1, channels, height, width).
            boolean heads =
                    inputs.length == 3 && inputs[1].toTensor(manager).getShape().dimension() == 4;
            return (heads ? result.transpose(0, 2, 1, 3) : result.transpose(0, 2, 3, 1)).toFloatArray();
        }

        @Override
        public void close() {
            block.close();
            manager.close();
        }
    }
}
