package dev.mezzotint.bench.peer;

import java.util.List;

/** Models of one node, written field by field as {@code onnx.proto} numbers them. */
final class OnnxModel {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;
    private static final String CONTRIBUTED = "com.microsoft";

    /** An input of the graph; with values it is a weight. */
    record Input(String name, long[] shape, float[] values) {
        /** An input that is fed. */
        static Input fed(String name, long... shape) {
            return new Input(name, shape, new float[0]);
        }

        boolean isWeight() {
            return values.length > 0;
        }
    }

    private OnnxModel() {}

    /** y = first · second. */
    static byte[] matMul(List<Input> inputs) {
        return model(inputs, node("MatMul", "", inputs));
    }

    /** y = first ∗ second, with a border of one zero. */
    static byte[] conv3x3(List<Input> inputs) {
        return model(inputs, node("Conv", "", inputs).message(5, integers("pads", 1, 1, 1, 1)));
    }

    /** ONNX Runtime's own attention of queries, keys and values (batch, tokens, heads · width). */
    static byte[] attention(List<Input> inputs, int heads) {
        Protobuf attribute =
                new Protobuf().text(1, "num_heads").number(3, heads).number(20, ATTRIBUTE_INT);
        return model(inputs, node("MultiHeadAttention", CONTRIBUTED, inputs).message(5, attribute));
    }

    private static Protobuf integers(String name, long... values) {
        Protobuf attribute = new Protobuf().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, ATTRIBUTE_INTS);
    }

    private static Protobuf node(String operator, String domain, List<Input> inputs) {
        Protobuf node = new Protobuf();
        inputs.forEach(input -> node.text(1, input.name()));
        return node.text(2, "y").text(4, operator).text(7, domain);
    }

    private static byte[] model(List<Input> inputs, Protobuf node) {
        Protobuf graph = new Protobuf().message(1, node).text(2, "g");
        for (Input input : inputs) {
            if (input.isWeight()) {
                graph.message(5, weight(input));
            } else {
                graph.message(11, value(input.name(), input.shape()));
            }
        }
        graph.message(
                12, new Protobuf().text(1, "y").message(2, new Protobuf().message(1, new Protobuf().number(1, FLOAT))));
        return new Protobuf()
                .number(1, IR_VERSION)
                .message(8, new Protobuf().text(1, "").number(2, OPSET))
                .message(8, new Protobuf().text(1, CONTRIBUTED).number(2, 1))
                .message(7, graph)
                .toByteArray();
    }

    private static Protobuf weight(Input input) {
        Protobuf tensor = new Protobuf();
        for (long size : input.shape()) {
            tensor.number(1, size);
        }
        return tensor.number(2, FLOAT).text(8, input.name()).floats(9, input.values());
    }

    private static Protobuf value(String name, long[] sizes) {
        Protobuf shape = new Protobuf();
        for (long size : sizes) {
            shape.message(1, new Protobuf().number(1, size));
        }
        Protobuf tensor = new Protobuf().number(1, FLOAT).message(2, shape);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
