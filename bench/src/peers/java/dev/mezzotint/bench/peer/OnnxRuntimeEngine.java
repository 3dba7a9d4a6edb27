package dev.mezzotint.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.mezzotint.bench.operator.Engine;
import dev.mezzotint.bench.operator.Operands;
import dev.mezzotint.bench.operator.Operator;
import dev.mezzotint.bench.operator.Workload;
import dev.mezzotint.engine.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime through its Java API: a model of one node, weights being part of the model, so that they are packed
 * beforehand. It has no operator for group norm on a CPU; models spell that out in half a dozen others.
 */
public final class OnnxRuntimeEngine implements Engine {
    private static final float[] FED = {};

    /** For the service loader. */
    public OnnxRuntimeEngine() {}

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public boolean supports(Workload workload) {
        return !(workload instanceof Workload.GroupNormSilu);
    }

    @Override
    public Operator prepare(Workload workload, Operands operands, int threads) {
        float[] first = operands.first();
        float[] second = operands.second();
        try {
            return switch (workload) {
                case Workload.MatrixProduct(int m, int n, int k) -> {
                    List<OnnxModel.Input> inputs = List.of(
                            OnnxModel.Input.fed("a", m, k), new OnnxModel.Input("b", new long[] {k, n}, second));
                    yield new Session(OnnxModel.matMul(inputs), inputs, List.of(first, FED), threads, false);
                }
                case Workload.Convolution(int in, int out, int size) -> {
                    float[] image = Tensor.of(first, 1, size, size, in)
                            .toChannelsFirst()
                            .data();
                    float[] weight =
                            Tensor.of(second, out, 3, 3, in).toChannelsFirst().data();
                    List<OnnxModel.Input> inputs = List.of(
                            OnnxModel.Input.fed("a", 1, in, size, size),
                            new OnnxModel.Input("b", new long[] {out, in, 3, 3}, weight));
                    yield new Session(OnnxModel.conv3x3(inputs), inputs, List.of(image, FED), threads, true);
                }
                case Workload.Attention(int heads, int queries, int keys, int width) -> {
                    List<OnnxModel.Input> inputs = List.of(
                            OnnxModel.Input.fed("a", 1, queries, heads * width),
                            OnnxModel.Input.fed("b", 1, keys, heads * width),
                            OnnxModel.Input.fed("c", 1, keys, heads * width));
                    yield new Session(
                            OnnxModel.attention(inputs, heads),
                            inputs,
                            List.of(first, second, operands.third()),
                            threads,
                            false);
                }
                case Workload.GroupNormSilu _ ->
                    throw new IllegalArgumentException(workload.label() + ": ONNX Runtime has no such operator");
            };
        } catch (OrtException e) {
            throw new IllegalStateException(workload.label() + ": ONNX Runtime says " + e.getMessage(), e);
        }
    }

    private static final class Session implements Operator {
        private final OrtSession session;
        private final Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        private final boolean channelsFirst;
        private final List<OrtSession.Result> last = new ArrayList<>();

        Session(byte[] model, List<OnnxModel.Input> inputs, List<float[]> values, int threads, boolean channelsFirst)
                throws OrtException {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(threads);
                options.setInterOpNumThreads(1);
                session = environment.createSession(model, options);
            }
            for (int i = 0; i < inputs.size(); i++) {
                if (!inputs.get(i).isWeight()) {
                    feeds.put(
                            inputs.get(i).name(),
                            tensor(environment, values.get(i), inputs.get(i).shape()));
                }
            }
            this.channelsFirst = channelsFirst;
        }

        private static OnnxTensor tensor(OrtEnvironment environment, float[] values, long[] shape) throws OrtException {
            FloatBuffer direct = ByteBuffer.allocateDirect(Float.BYTES * values.length)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            direct.put(values).rewind();
            return OnnxTensor.createTensor(environment, direct, shape);
        }

        @Override
        public void run() {
            last.forEach(OrtSession.Result::close);
            last.clear();
            try {
                last.add(session.run(feeds));
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public float[] result() {
            OnnxTensor y = (OnnxTensor) last.getFirst().get(0);
            FloatBuffer buffer = y.getFloatBuffer();
            float[] values = new float[buffer.remaining()];
            buffer.get(values);
            if (!channelsFirst) {
                return values;
            }
            long[] shape = y.getInfo().getShape();
            return Tensor.of(values, (int) shape[0], (int) shape[1], (int) shape[2], (int) shape[3])
                    .toChannelsLast()
                    .data();
        }

        @Override
        public void close() {
            last.forEach(OrtSession.Result::close);
            feeds.values().forEach(OnnxTensor::close);
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
