package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Examples of a data set, held in memory as bytes, so that rendering them once is enough. */
public final class PictureStore {
    private static final String NEGATIVE = "negative.";
    /** So many are taken between two looks for an interrupt. */
    private static final int CHUNK = 500;

    private final int size;
    private final byte[][] pixels;
    private final String[] captions;
    private final List<List<String>> negatives;

    private PictureStore(int size, byte[][] pixels, String[] captions, List<List<String>> negatives) {
        this.size = size;
        this.pixels = pixels;
        this.captions = captions;
        this.negatives = negatives;
    }

    /**
     * Takes {@code count} examples from {@code first} on, going round at the end, on all workers.
     *
     * @throws IllegalArgumentException if a picture is not square and RGB, or they differ in size
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static PictureStore load(CaptionedDataset dataset, long first, int count, Workers workers)
            throws InterruptedIOException {
        byte[][] pixels = new byte[count][];
        String[] captions = new String[count];
        String[][] wrong = new String[count][];
        int size = dataset.example(0).image().width();
        for (int start = 0; start < count; start += CHUNK) {
            int offset = start;
            workers.run(Math.min(CHUNK, count - start), k -> {
                int i = offset + k;
                Example example = dataset.example((first + i) % dataset.size());
                Image image = example.image();
                if (image.width() != size || image.height() != size || image.channels() != 3) {
                    throw new IllegalArgumentException(
                            "data: picture " + i + " is " + image.width() + "×" + image.height() + " with "
                                    + image.channels() + " channels; all must be " + size + "×" + size + " with 3");
                }
                pixels[i] = image.data();
                captions[i] = example.caption();
                wrong[i] = negatives(example.attributes());
            });
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the pictures of the data set were not all taken; start again");
            }
        }
        List<List<String>> negatives = new ArrayList<>();
        for (String[] list : wrong) {
            negatives.add(List.of(list));
        }
        return new PictureStore(size, pixels, captions, negatives);
    }

    private static String[] negatives(Map<String, String> attributes) {
        return IntStream.iterate(0, k -> attributes.containsKey(NEGATIVE + k), k -> k + 1)
                .mapToObj(k -> attributes.get(NEGATIVE + k))
                .toArray(String[]::new);
    }

    /** Number of examples. */
    public int count() {
        return pixels.length;
    }

    /** Width and height of a picture in pixels. */
    public int size() {
        return size;
    }

    /** The caption of an example. */
    public String caption(int index) {
        return captions[index];
    }

    /** Captions that are false for an example, if the data set gives such. */
    public List<String> negatives(int index) {
        return negatives.get(index);
    }

    /** Writes the pictures of a batch in [−1, 1] into a tensor (batch, size, size, 3). */
    public void fill(int[] indices, Tensor batch) {
        int length = size * size * 3;
        for (int n = 0; n < indices.length; n++) {
            byte[] source = pixels[indices[n]];
            for (int i = 0; i < length; i++) {
                batch.data()[n * length + i] = (source[i] & 0xff) / 127.5f - 1;
            }
        }
    }
}
