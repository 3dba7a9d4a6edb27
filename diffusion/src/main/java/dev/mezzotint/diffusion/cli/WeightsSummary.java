package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How much a file of tensors holds.
 *
 * @param tensors their number
 * @param parameters elements of all of them
 * @param types that occur
 * @param bytes of their elements
 */
record WeightsSummary(int tensors, long parameters, Set<DType> types, long bytes) {
    /** Reads names and shapes. */
    static WeightsSummary of(TensorFile file) throws IOException {
        long parameters = 0;
        long bytes = 0;
        Set<DType> types = EnumSet.noneOf(DType.class);
        for (String name : file.names()) {
            StoredTensor tensor = file.tensor(name);
            long elements = (long) tensor.rows() * tensor.rowLength();
            parameters += elements;
            bytes += elements * tensor.dtype().bytes();
            types.add(tensor.dtype());
        }
        return new WeightsSummary(file.names().size(), parameters, types, bytes);
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
