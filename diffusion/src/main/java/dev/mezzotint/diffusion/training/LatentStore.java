package dev.mezzotint.diffusion.training;

import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.AtomicFolder;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Latents and captions of the examples of a data set, in a folder: the VAE does not change while the denoiser is trained,
 * so encoding once is enough. Values are kept in half precision.
 */
public final class LatentStore {
    private static final int BATCH = 50;
    private static final int CHUNK = 1000;
    private static final String NAME = "latents";
    private static final String LATENTS = "latents.safetensors";
    private static final String CAPTIONS = "captions.txt";

    private final Shape shape;
    private final float[] means;
    private final List<String> captions;

    private LatentStore(Shape shape, float[] means, List<String> captions) {
        this.shape = shape;
        this.means = means;
        this.captions = captions;
    }

    /**
     * Encodes the first examples of a data set, keeps the means of their latents, not scaled, and opens them.
     *
     * @param origin what the latents follow from, by name, which {@link #holds} asks for
     * @throws java.io.InterruptedIOException if the thread is interrupted; nothing is written then
     */
    public static LatentStore build(
            Path folder,
            Map<String, String> origin,
            Autoencoder vae,
            CaptionedDataset data,
            int count,
            Compute compute,
            Consumer<String> progress)
            throws IOException {
        List<String> captions = new ArrayList<>();
        Tape tape = Tape.inference(compute);
        float[] all = {};
        Shape shape = Shape.of();
        for (int start = 0; start < count; start += CHUNK) {
            int size = Math.min(CHUNK, count - start);
            PictureStore pictures = PictureStore.load(data, start, size, compute.workers());
            for (int offset = 0; offset < size; offset += BATCH) {
                int[] indices = new int[Math.min(BATCH, size - offset)];
                for (int i = 0; i < indices.length; i++) {
                    indices[i] = offset + i;
                    captions.add(oneLine(pictures.caption(offset + i)));
                }
                Tensor x = tape.allocate(Shape.of(indices.length, pictures.size(), pictures.size(), 3));
                pictures.fill(indices, x);
                Tensor mean = vae.encode(tape, x).mean();
                if (all.length == 0) {
                    shape = Shape.of(mean.size(1), mean.size(2), mean.size(3));
                    all = new float[Math.multiplyExact(count, shape.length())];
                }
                System.arraycopy(mean.data(), 0, all, (start + offset) * shape.length(), mean.length());
                tape.reset();
            }
            progress.accept("encoding pictures: " + (start + size) + "/" + count);
        }
        int[] sizes = {count, shape.size(0), shape.size(1), shape.size(2)};
        NamedArray array = new NamedArray(NAME, DType.F16, sizes, all);
        Interrupts.defer(() -> AtomicFolder.write(folder, inside -> {
            SafetensorsWriter.write(inside.resolve(LATENTS), List.of(array), origin);
            Files.write(inside.resolve(CAPTIONS), captions);
        }));
        return Interrupts.read(() -> open(folder));
    }

    /** Captions are kept one a line. */
    private static String oneLine(String caption) {
        return caption.replaceAll("\\R", " ");
    }

    /** Whether a folder holds this many latents of this origin. */
    public static boolean holds(Path folder, int count, Map<String, String> origin) throws IOException {
        AtomicFolder.recover(folder);
        if (!Files.exists(folder.resolve(LATENTS))) {
            return false;
        }
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(LATENTS))) {
            return file.has(NAME)
                    && file.shape(NAME)[0] == count
                    && file.metadata().equals(origin);
        }
    }

    /** Opens what {@link #build} wrote. */
    public static LatentStore open(Path folder) throws IOException {
        AtomicFolder.recover(folder);
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(LATENTS))) {
            int[] sizes = file.has(NAME) ? file.shape(NAME) : new int[0];
            List<String> captions = Files.readAllLines(folder.resolve(CAPTIONS));
            if (sizes.length != 4 || captions.size() != sizes[0]) {
                throw new FormatException(folder + ": latents and captions do not belong together; delete the folder");
            }
            return new LatentStore(Shape.of(sizes[1], sizes[2], sizes[3]), file.floats(NAME), captions);
        }
    }

    /** Number of examples. */
    public int count() {
        return captions.size();
    }

    /** Shape of one latent: (height, width, channels). */
    public Shape shape() {
        return shape;
    }

    /** The caption of an example. */
    public String caption(int index) {
        return captions.get(index);
    }

    /** The standard deviation of all values; its reciprocal is the scaling factor. */
    public double deviation() {
        double sum = 0;
        double square = 0;
        for (float value : means) {
            sum += value;
            square += (double) value * value;
        }
        double mean = sum / means.length;
        return Math.sqrt(square / means.length - mean * mean);
    }

    /** Copies the latent of an example, multiplied by a factor. */
    public void copy(int index, float factor, float[] target, int offset) {
        int start = index * shape.length();
        for (int i = 0; i < shape.length(); i++) {
            target[offset + i] = factor * means[start + i];
        }
    }
}
