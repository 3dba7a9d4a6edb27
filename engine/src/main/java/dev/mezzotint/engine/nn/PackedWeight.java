package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.PackedOperand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The packed form of a weight, made again when the weight has changed or other kernels are to read it. A weight that is
 * bound to a file is packed straight from there, some columns at a time, and stays in the file's precision.
 */
final class PackedWeight {
    /** Elements of a row that are read at once: those of a panel's columns stay in the first-level cache. */
    private static final int STRETCH = 256;

    /** Keeps the columns of a stretch from falling into the same few sets of the cache. */
    private static final int PADDING = 32;

    private final Parameter weight;
    private Optional<PackedOperand> packed = Optional.empty();
    private int version = -1;
    private Optional<Kernels> packedFor = Optional.empty();

    PackedWeight(Parameter weight) {
        this.weight = weight;
    }

    /**
     * Several tapes may ask at once: the first packs, the others wait for it.
     *
     * @param geometry of the convolution whose weight it is, if it is one
     */
    synchronized PackedOperand get(Tape tape, Optional<ConvGeometry> geometry) {
        if (packed.isEmpty() || version != weight.version() || packedFor.get() != tape.kernels()) {
            packed = Optional.of(
                    weight.source().isPresent()
                            ? fromFile(tape, geometry, weight.source().get())
                            : fromValue(tape, geometry));
            version = weight.version();
            packedFor = Optional.of(tape.kernels());
        }
        return packed.get();
    }

    boolean holds(PackedOperand operand) {
        return packed.isPresent() && packed.get() == operand;
    }

    void forget() {
        packed = Optional.empty();
    }

    /** Output channels: columns of the right operand. */
    private int columns() {
        return weight.shape().size(0);
    }

    private int depth() {
        return weight.shape().length() / columns();
    }

    private PackedOperand fromValue(Tape tape, Optional<ConvGeometry> geometry) {
        int length = tape.kernels().gemm().packedLength(depth(), columns());
        // Training packs in every step; it does so into the same array.
        float[] target =
                packed.isPresent() && packed.get() instanceof PackedOperand.Floats(float[] old) && old.length == length
                        ? old
                        : new float[length];
        pack(tape, geometry, columns(), weight.value().data(), target);
        return new PackedOperand.Floats(target);
    }

    /** Packs some columns. */
    private void pack(Tape tape, Optional<ConvGeometry> geometry, int columns, float[] plain, float[] target) {
        if (geometry.isPresent()) {
            tape.kernels().conv().pack(tape.workers(), geometry.get(), columns, plain, 0, target, 0);
        } else {
            tape.kernels().gemm().pack(tape.workers(), depth(), columns, plain, 0, 1, depth(), target, 0);
        }
    }

    private PackedOperand fromFile(Tape tape, Optional<ConvGeometry> geometry, StoredTensor source) {
        forget();
        int length = tape.kernels().gemm().packedLength(depth(), columns());
        if (source.dtype() == DType.F16) {
            short[] target = new short[length];
            pack(tape, geometry, source, target, (from, panel, count) -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = Float.floatToFloat16(panel[i]);
                }
            });
            return new PackedOperand.Halves(target);
        }
        if (source.dtype() == DType.BF16) {
            short[] target = new short[length];
            pack(tape, geometry, source, target, (from, panel, count) -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = DType.floatToBfloat16(panel[i]);
                }
            });
            return new PackedOperand.BrainHalves(target);
        }
        float[] target = new float[length];
        try (StoredTensor.Rows rows = source.open()) {
            packFloats(tape, geometry, rows, (from, panel, count) -> System.arraycopy(panel, 0, target, from, count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PackedOperand.Floats(target);
    }

    /** Takes packed columns over. */
    @FunctionalInterface
    private interface PanelSink {
        void put(int from, float[] panel, int count);
    }

    /** Where the file's bits are not the weight's, as after a low-rank update, floats are packed and rounded. */
    private void pack(
            Tape tape, Optional<ConvGeometry> geometry, StoredTensor source, short[] target, PanelSink rounding) {
        try (StoredTensor.Rows rows = source.open()) {
            if (rows.readHalves(0, 0, 0, target, 0)) {
                packHalves(tape, geometry, rows, target);
            } else {
                packFloats(tape, geometry, rows, rounding);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void packHalves(Tape tape, Optional<ConvGeometry> geometry, StoredTensor.Rows rows, short[] target) {
        GemmKernel gemm = tape.kernels().gemm();
        int depth = depth();
        int[] places = weight.layout().placesInRow(weight.shape());
        if (geometry.isPresent()) {
            int[] packedRows = tape.kernels().conv().packedRows(geometry.get());
            Arrays.setAll(places, i -> packedRows[places[i]]);
        }
        forPanels(tape, (first, last, step) -> {
            int pitch = Math.min(depth, STRETCH) + PADDING;
            short[] plain = new short[Math.min(step, last - first) * pitch];
            for (int column = first; column < last; column += step) {
                int count = Math.min(step, last - column);
                for (int from = 0; from < depth; from += STRETCH) {
                    int stretch = Math.min(STRETCH, depth - from);
                    for (int j = 0; j < count; j++) {
                        rows.readHalves(column + j, from, stretch, plain, j * pitch);
                    }
                    gemm.packHalves(depth, count, plain, pitch, places, from, stretch, target, column * depth);
                }
            }
        });
    }

    private void packFloats(Tape tape, Optional<ConvGeometry> geometry, StoredTensor.Rows rows, PanelSink sink) {
        GemmKernel gemm = tape.kernels().gemm();
        int depth = depth();
        forPanels(tape, (first, last, step) -> {
            float[] plain = new float[Math.multiplyExact(depth, Math.min(step, last - first))];
            float[] panel = new float[gemm.packedLength(depth, Math.min(step, last - first))];
            for (int column = first; column < last; column += step) {
                int count = Math.min(step, last - column);
                rows.read(column, column + count, plain, 0);
                weight.layout().rowsFromStored(plain, count, weight.shape());
                pack(tape, geometry, count, plain, panel);
                sink.put(column * depth, panel, gemm.packedLength(depth, count));
            }
        });
    }

    /** Packs the columns from {@code first} to {@code last}, {@code step} at a time. */
    @FunctionalInterface
    private interface PanelTask {
        void run(int first, int last, int step);
    }

    /** One task a thread, not one a panel, because each needs buffers. */
    private void forPanels(Tape tape, PanelTask body) {
        int step = tape.kernels().gemm().packedColumns();
        int panels = (columns() + step - 1) / step;
        int tasks = Math.min(panels, tape.workers().threads());
        tape.workers().run(tasks, task -> {
            int first = (int) ((long) panels * task / tasks) * step;
            int last = Math.min(columns(), (int) ((long) panels * (task + 1) / tasks) * step);
            body.run(first, last, step);
        });
    }
}
