package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How much a safetensors file holds.
 *
 * @param tensors their number
 * @param parameters elements of all of them
 * @param types that occur
 * @param bytes of the file
 */
record WeightsSummary(int tensors, long parameters, Set<DType> types, long bytes) {
    /** Reads the file's header. */
    static WeightsSummary of(Path file) throws IOException {
        long parameters = 0;
        Set<DType> types = EnumSet.noneOf(DType.class);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            for (String name : opened.names()) {
                long elements = 1;
                for (int size : opened.shape(name)) {
                    elements *= size;
                }
                parameters += elements;
                types.add(opened.dtype(name));
            }
            return new WeightsSummary(opened.names().size(), parameters, types, Files.size(file));
        }
    }

    /** Several files as one. */
    static WeightsSummary sum(List<WeightsSummary> all) {
        Set<DType> types = EnumSet.noneOf(DType.class);
        all.stream().map(WeightsSummary::types).forEach((Collection<DType> own) -> types.addAll(own));
        return new WeightsSummary(
                all.stream().mapToInt(WeightsSummary::tensors).sum(),
                all.stream().mapToLong(WeightsSummary::parameters).sum(),
                types,
                all.stream().mapToLong(WeightsSummary::bytes).sum());
    }
}
