package dev.mezzotint.engine.checkpoint;

import static dev.mezzotint.engine.checkpoint.TorchArchive.TENSOR;
import static dev.mezzotint.engine.checkpoint.TorchArchive.dict;
import static dev.mezzotint.engine.checkpoint.TorchArchive.storage;
import static dev.mezzotint.engine.checkpoint.TorchArchive.tensor;
import static dev.mezzotint.engine.checkpoint.TorchArchive.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PickleReaderTest {
    @TempDir
    Path folder;

    private static PickleValue read(String pickle) throws FormatException {
        Path path = Path.of("model.ckpt");
        TorchObjects objects = new TorchObjects(path, "data/", Map.of("data/0", new ZipDirectory.Entry(100, 8)));
        return PickleReader.read(path, ByteBuffer.wrap(TorchArchive.bytes(pickle)), objects);
    }

    @Test
    void readsTheTensorOfAHandmadePickle() throws IOException {
        TensorFile file = TorchFile.open(TorchArchive.write(folder.resolve("m"), dict(TENSOR)));
        assertArrayEquals(new float[] {1, 2}, file.tensor("a").floats());
    }

    @Test
    void readsPlainValues() throws IOException {
        assertEquals(new PickleValue.Int(-2), read("J\u00fe\u00ff\u00ff\u00ff."));
        assertEquals(new PickleValue.Int(0xFFFE), read("M\u00fe\u00ff."));
        assertEquals(new PickleValue.Int(-2), read("\u008a\1\u00fe."));
        assertEquals(new PickleValue.Int(0), read("\u008a\0."));
        assertEquals(new PickleValue.Int(Long.MIN_VALUE), read("\u008a\u0008\0\0\0\0\0\0\0\u0080."));
        assertEquals(new PickleValue.Real(-2), read("G\u00c0\0\0\0\0\0\0\0."));
        assertEquals(new PickleValue.Text("\u00e9"), read("X\2\0\0\0\u00c3\u00a9."));
    }

    static Stream<Arguments> hostile() {
        String call = text("echo") + "\u0085R.";
        return Stream.of(
                // What runs code in Python.
                Arguments.of("\u0080\2cos\nsystem\n" + call, "holds the global \"os.system\", which is not a tensor"),
                Arguments.of("cos\nsystem\n(S'echo'\ntR.", "holds the global \"os.system\""),
                Arguments.of("\u0080\2c__builtin__\neval\n" + call, "holds the global \"__builtin__.eval\""),
                Arguments.of("\u0080\3cbuiltins\nexec\n" + call, "holds the global \"builtins.exec\""),
                Arguments.of("c\u001b[31m\nx\n.", "holds the global \"\\u001b[31m.x\""),
                Arguments.of(dict("ctorch._utils\n_rebuild_tensor_v2.__globals__\n"), "_rebuild_tensor_v2.__globals__"),
                Arguments.of(
                        dict("cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n"),
                        "\"pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint\", which is not a tensor"),
                Arguments.of(dict("cnumpy.core.multiarray\nscalar\n"), "\"numpy.core.multiarray.scalar\""),
                Arguments.of(text("os") + text("system") + "\u0093" + call, "instruction STACK_GLOBAL"),
                Arguments.of("\u0080\4\u0095\0\0\0\0\0\0\0\0N.", "pickled by protocol 4"),
                Arguments.of("\u008c\2os\u008c\6system\u0093.", "instruction SHORT_BINUNICODE"),
                Arguments.of("(S'echo'\nios\nsystem\n.", "instruction STRING"),
                Arguments.of("(" + text("echo") + "ios\nsystem\n.", "instruction INST"),
                Arguments.of("(ccollections\nOrderedDict\no.", "instruction OBJ"),
                Arguments.of("ccollections\nOrderedDict\n)\u0081.", "instruction NEWOBJ"),
                Arguments.of("\u0082\1.", "instruction EXT1"),
                Arguments.of("\u0083\1\0.", "instruction EXT2"),
                Arguments.of("\u0084\1\0\0\0.", "instruction EXT4"),
                Arguments.of("Pos.system\n.", "instruction PERSID"),
                Arguments.of("ctorch._utils\n_rebuild_tensor_v2\n}b.", "sets the state of an object"),
                Arguments.of("}Nb.", "sets the state of an object"),
                Arguments.of(TENSOR + "}b.", "sets the state of an object"),
                Arguments.of(text("os.system") + text("x") + "\u0085R.", "calls what is no function"),
                Arguments.of("ctorch\nFloatStorage\nK\2\u0085R.", "makes a storage within the pickle"),
                Arguments.of("ccollections\nOrderedDict\n]\u0085R.", "makes an ordered dictionary from something"),
                Arguments.of("ccollections\nOrderedDict\n]R.", "calls what is no function"),
                Arguments.of("ctorch._utils\n_rebuild_parameter\nN\u0088N\u0087R.", "a parameter of what is no tensor"),
                // What breaks the format's rules.
                Arguments.of("", "ends too early"),
                Arguments.of("\u0080", "ends too early"),
                Arguments.of("cos\nsys", "ends too early"),
                Arguments.of("c" + "a".repeat(300), "longer than 200"),
                Arguments.of("\0", "holds the byte 0 where an instruction belongs"),
                Arguments.of(".", "takes a value where there is none"),
                Arguments.of("q\0.", "takes a value where there is none"),
                Arguments.of("K\1\u0086.", "takes a value where there is none"),
                Arguments.of("K\1(\u0085.", "takes a value where there is none"),
                Arguments.of("t.", "back to a mark where there is none"),
                Arguments.of("h\1.", "asks for a value that it did not remember"),
                Arguments.of("]" + text("a") + "Ns.", "puts pairs into what is no dictionary"),
                Arguments.of("}(" + text("a") + "u.", "puts pairs into what is no dictionary"),
                Arguments.of("}N(Nu.", "puts pairs into what is no dictionary"),
                Arguments.of("})Ns.", "keys are neither texts nor numbers"),
                Arguments.of("}q\0h\0Ns.", "keys are neither texts nor numbers"),
                Arguments.of("}" + text("a") + "Ns" + text("a") + "Ns.", "a key twice"),
                Arguments.of("}Na.", "appends to what is no list"),
                Arguments.of("X\u00ff\u00ff\u00ff\u00ffa.", "a text of 4294967295 bytes, but 2 follow"),
                Arguments.of("X\3\0\0\0a.", "a text of 3 bytes, but 2 follow"),
                Arguments.of("X\1\0\0\0\u00ff.", "not UTF-8"),
                Arguments.of("\u008a\11" + "\1".repeat(9) + ".", "an integer of more than 64 bits"),
                Arguments.of("(".repeat(100_000), "deeper than 1000 levels"),
                Arguments.of("}".repeat(1_000_001), "more than 1000000 values"),
                // What lies about tensors.
                Arguments.of("NQ.", "refers to what is no storage"),
                Arguments.of("(" + text("module") + "ctorch\nFloatStorage\n" + text("0") + "NK\1tQ.", "is no storage"),
                Arguments.of(storage("FloatStorage", 3) + ".", "\"0\" has 3 elements of F32, but it has 8 bytes"),
                Arguments.of(
                        "(" + text("storage") + "ctorch\nByteStorage\n" + text("0") + "NJ\u00ff\u00ff\u00ff\u00fftQ.",
                        "has -1 elements of U8"),
                Arguments.of(
                        "(" + text("storage") + "ctorch\nByteStorage\n" + text("../data.pkl") + "NK\1tQ.",
                        "the storage \"../data.pkl\", which is missing"),
                Arguments.of(tensor("FloatStorage", 2, 1, "K\2\u0085", "K\1\u0085"), "lies outside its storage"),
                Arguments.of(tensor("FloatStorage", 2, 3, "K\0\u0085", "K\1\u0085"), "lies outside its storage"),
                Arguments.of(tensor("FloatStorage", 2, 0, "K\2\u0085", "K\2\u0085"), "lies outside its storage"),
                Arguments.of(
                        tensor(storage("FloatStorage", 2) + "J\u00ff\u00ff\u00ff\u00ffK\1\u0085K\1\u0085"),
                        "lies outside its storage"),
                Arguments.of(
                        tensor(storage("FloatStorage", 2) + "K\1K\2\u0085J\u00ff\u00ff\u00ff\u00ff\u0085"),
                        "impossible size 2 and stride -1"),
                Arguments.of(
                        tensor(storage("FloatStorage", 2) + "K\0J\u00ff\u00ff\u00ff\u00ff\u0085K\1\u0085"),
                        "impossible size -1"),
                Arguments.of(
                        tensor("FloatStorage", 2, 0, "K\2K\3\u0086", "K\0K\0\u0086"), "more elements than its storage"),
                Arguments.of(
                        tensor(
                                "FloatStorage",
                                2,
                                0,
                                "K\2\u008a\4\u00ff\u00ff\u00ff\u007f\u0086",
                                "K\0\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f\u0086"),
                        "more elements than can be counted"),
                Arguments.of(tensor("FloatStorage", 2, 0, "K\2\u0085", ")"), "a tensor of what is no storage"),
                Arguments.of(tensor("FloatStorage", 2, 0, "N\u0085", "K\1\u0085"), "shape is not of integers"),
                Arguments.of(tensor("N" + "K\0))"), "a tensor of what is no storage"),
                Arguments.of(
                        "ctorch._utils\n_rebuild_tensor_v2\n(" + storage("FloatStorage", 2)
                                + "K\0K\2\u0085K\1\u0085\u0089N}tR.",
                        "negated or conjugated"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void refuses(String pickle, String message) {
        String said = assertThrows(FormatException.class, () -> read(pickle)).getMessage();
        assertTrue(said.contains(message), said);
        assertTrue(said.startsWith("model.ckpt ") && said.contains("; "), said);
        assertFalse(said.chars().anyMatch(Character::isISOControl), said);
    }

    @Test
    void everyTruncationIsRefused() {
        String pickle = dict(TENSOR);
        for (int length = 0; length < pickle.length(); length++) {
            String cut = pickle.substring(0, length);
            assertThrows(FormatException.class, () -> read(cut), "first " + length + " bytes");
        }
    }
}
