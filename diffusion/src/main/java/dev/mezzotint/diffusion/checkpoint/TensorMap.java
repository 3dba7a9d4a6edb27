package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Tensors of a file under other names. It may be used as long as the file is open, and does not close it. */
record TensorMap(Path path, Map<String, StoredTensor> tensors) implements TensorFile {
    TensorMap {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public StoredTensor tensor(String name) throws FormatException {
        StoredTensor found = tensors.get(name);
        if (found == null) {
            throw new FormatException(
                    path + " has nothing that is called " + name + " in diffusers; check that the file fits the model");
        }
        return found;
    }

    @Override
    public void close() {
        // whoever opened the file closes it
    }
}
