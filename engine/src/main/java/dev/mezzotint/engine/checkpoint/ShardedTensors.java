package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tensors in several files beside an index, whose {@code weight_map} says which file holds which tensor. */
final class ShardedTensors {
    private final Path index;
    private final Map<String, TensorFile> shards = new HashMap<>();

    private ShardedTensors(Path index) {
        this.index = index;
    }

    /**
     * Opens an index and all files that it names.
     *
     * @throws FormatException if it is no index, or a shard is missing, lies elsewhere or lacks a tensor
     */
    static TensorFile open(Path index) throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        ShardedTensors sharded = new ShardedTensors(index);
        Map<String, String> weightMap = sharded.weightMap();
        for (Map.Entry<String, String> weight : weightMap.entrySet()) {
            TensorFile shard = sharded.shard(weight.getValue());
            if (!shard.has(weight.getKey())) {
                throw new FormatException(
                        index + " says that tensor " + Json.of(weight.getKey()).print() + " is in " + shard.path()
                                + ", but it is not; fetch the index and its shards from one model");
            }
            tensors.put(weight.getKey(), shard.tensor(weight.getKey()));
        }
        for (Map.Entry<String, TensorFile> shard : sharded.shards.entrySet()) {
            for (String name : shard.getValue().names()) {
                if (!weightMap.getOrDefault(name, shard.getKey()).equals(shard.getKey())) {
                    throw new FormatException(
                            index + ": tensor " + Json.of(name).print() + " is in both "
                                    + weightMap.get(name) + " and " + shard.getKey()
                                    + "; fetch the index and its shards from one model");
                }
            }
        }
        return new RenamedTensors(index, tensors);
    }

    private Map<String, String> weightMap() throws IOException {
        Json json = JsonFile.read(index);
        try {
            Map<String, String> weightMap = new LinkedHashMap<>();
            for (Map.Entry<String, Json> weight :
                    json.get("weight_map").members().entrySet()) {
                weightMap.put(weight.getKey(), weight.getValue().asString());
            }
            return weightMap;
        } catch (JsonException e) {
            throw new FormatException(
                    index + " is no index of a sharded model (" + e.getMessage()
                            + "); name its .safetensors.index.json or a file of tensors",
                    e);
        }
    }

    private TensorFile shard(String name) throws IOException {
        TensorFile known = shards.get(name);
        if (known != null) {
            return known;
        }
        if (name.isEmpty() || name.equals(".") || name.equals("..") || !name.matches("[^/\\\\:\\p{Cntrl}]+")) {
            throw new FormatException(index + " names the shard "
                    + Json.of(name).print() + ", which is no file beside it; fetch the index again");
        }
        Path path = index.resolveSibling(name);
        if (!Files.exists(path)) {
            throw new FormatException(index + " names the shard " + name + ", which is not beside it; fetch it too");
        }
        TensorFile shard = TensorFiles.openOne(path);
        shards.put(name, shard);
        return shard;
    }
}
