package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tensors one below the other: OpenCLIP keeps the three maps of an attention in one matrix. */
record Concatenated(List<StoredTensor> parts) implements StoredTensor {
    Concatenated {
        parts = List.copyOf(parts);
        for (StoredTensor part : parts) {
            if (part.rowLength() != parts.getFirst().rowLength()) {
                throw new IllegalArgumentException(
                        part.origin() + " and " + parts.getFirst().origin() + " differ in the length of their rows");
            }
        }
    }

    @Override
    public String origin() {
        return parts.getFirst().origin() + " and what follows it";
    }

    @Override
    public DType dtype() {
        return parts.getFirst().dtype();
    }

    @Override
    public int[] shape() {
        int[] shape = parts.getFirst().shape();
        shape[0] = parts.stream().mapToInt(StoredTensor::rows).sum();
        return shape;
    }

    @Override
    public Rows open() throws IOException {
        List<Rows> open = new ArrayList<>();
        for (StoredTensor part : parts) {
            open.add(part.open());
        }
        int length = rowLength();
        return new Rows() {
            @Override
            public void read(int from, int to, float[] target, int offset) {
                int begin = 0;
                for (int i = 0; i < open.size(); i++) {
                    int end = begin + parts.get(i).rows();
                    int first = Math.max(from, begin);
                    int last = Math.min(to, end);
                    if (first < last) {
                        open.get(i).read(first - begin, last - begin, target, offset + (first - from) * length);
                    }
                    begin = end;
                }
            }

            @Override
            public void close() {
                open.forEach(Rows::close);
            }
        };
    }
}
