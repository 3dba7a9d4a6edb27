package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardedTensorsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeShards() throws IOException {
        write("1.safetensors", "a", "b");
        write("2.safetensors", "c");
        write("ac.safetensors", "a", "c");
    }

    private void write(String file, String... names) throws IOException {
        SafetensorsWriter.write(
                folder.resolve(file),
                Arrays.stream(names)
                        .map(name -> NamedArray.ofFloats(name, new int[] {1}, new float[] {name.charAt(0)}))
                        .toList(),
                Map.of());
    }

    private Path index(String weightMap) throws IOException {
        return Files.writeString(
                folder.resolve("m.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":12},\"weight_map\":" + weightMap + "}");
    }

    @Test
    void joinsItsShards() throws IOException {
        TorchArchive.write(
                folder.resolve("3.bin"), TorchArchive.dict(TorchArchive.TENSOR).replace("\1\0\0\0a", "\1\0\0\0d"));
        Path index = index("{\"c\":\"2.safetensors\",\"a\":\"1.safetensors\",\"b\":\"1.safetensors\",\"d\":\"3.bin\"}");
        TensorFile file = TensorFiles.open(index);
        assertEquals(index, file.path());
        assertEquals(List.of("c", "a", "b", "d"), List.copyOf(file.names()));
        assertArrayEquals(new float[] {'b'}, file.tensor("b").floats());
        assertArrayEquals(new float[] {1, 2}, file.tensor("d").floats());
        assertEquals(
                folder.resolve("2.safetensors") + ": tensor \"c\"",
                file.tensor("c").origin());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":"9.safetensors"}                          | names the shard 9.safetensors, which is not beside it; fetch it too
            {"a":"../1.safetensors"}                       | names the shard "../1.safetensors", which is no file beside it
            {"a":"sub/1.safetensors"}                      | which is no file beside it
            {"a":"sub\\\\1.safetensors"}                   | which is no file beside it
            {"a":"C:1.safetensors"}                        | which is no file beside it
            {"a":".."}                                     | names the shard "..", which is no file beside it
            {"a":"."}                                      | which is no file beside it
            {"a":""}                                       | which is no file beside it
            {"a":"x\\u0000"}                               | which is no file beside it
            {"a":"2.safetensors"}                          | says that tensor "a" is in
            {"a":"1.safetensors","c":"ac.safetensors"}     | tensor "a" is in both 1.safetensors and ac.safetensors
            {"a":"1.safetensors","a":"ac.safetensors"}     | key "a" occurs twice
            {"a":3}                                        | expected a string
            [1]                                            | expected an object
            {"a":"m.safetensors.index.json"}               | is not a safetensors file
            """)
    void refusesWhatDoesNotFit(String weightMap, String message) throws IOException {
        Path index = index(weightMap);
        String said = assertThrows(FormatException.class, () -> TensorFiles.open(index))
                .getMessage();
        assertTrue(said.contains(message), said);
        assertTrue(said.startsWith(index.toString()) && said.contains("; "), said);
    }

    @Test
    void refusesAnIndexWithoutAMap() throws IOException {
        Path index = Files.writeString(folder.resolve("config.json"), "{\"_class_name\": \"UNet2DConditionModel\"}");
        String said = assertThrows(FormatException.class, () -> TensorFiles.open(index))
                .getMessage();
        assertTrue(said.contains("is no index of a sharded model (key \"weight_map\" is missing"), said);
    }

    @Test
    void namesAShardThatIsCutShort() throws IOException {
        Path shard = folder.resolve("1.safetensors");
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 40));
        String said = assertThrows(FormatException.class, () -> TensorFiles.open(index("{\"a\":\"1.safetensors\"}")))
                .getMessage();
        assertTrue(said.startsWith(shard.toString()) && said.contains("cut short"), said);
    }
}
