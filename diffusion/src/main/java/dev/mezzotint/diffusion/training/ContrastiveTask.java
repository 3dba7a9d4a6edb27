package dev.mezzotint.diffusion.training;

import dev.mezzotint.clip.model.ClipImageEncoder;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.MatrixOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.ParameterLayout;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Trains CLIP's two encoders together: each picture must find its caption among all captions of the batch and among false
 * ones that differ in a colour, a shape or a place, and each caption its picture (Radford et al. 2021, figure 3; hard
 * negatives as Yuksekgonul et al. 2023).
 */
public final class ContrastiveTask implements TrainingTask {
    private static final float LARGEST_LOG_SCALE = (float) Math.log(100);

    private final ClipTextEncoder texts;
    private final ClipImageEncoder images;
    private final PictureStore pictures;
    private final BatchOrder order;
    private final Tokenizer tokenizer;
    private final Parameter logScale;

    /** A task over captioned pictures; false captions are used where the data set gives some. */
    public ContrastiveTask(
            ClipTextEncoder texts,
            ClipImageEncoder images,
            Tokenizer tokenizer,
            PictureStore pictures,
            int batchSize,
            long seed) {
        this.texts = texts;
        this.images = images;
        this.tokenizer = tokenizer;
        this.pictures = pictures;
        order = new BatchOrder(pictures.count(), batchSize, seed);
        logScale = Parameters.create()
                .declare("logit_scale", Shape.of(1), ParameterLayout.SAME, Initializer.constant((float)
                        Math.log(1 / 0.07)));
        logScale.value().fill((float) Math.log(1 / 0.07));
    }

    @Override
    public String name() {
        return "clip";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(texts.parameters().list());
        all.addAll(images.parameters().list());
        all.add(logScale);
        return all;
    }

    @Override
    public int batchSize() {
        return order.batchSize();
    }

    @Override
    public Tensor loss(Tape tape, long batch) {
        int size = order.batchSize();
        int[] indices = order.indices(batch);
        Tensor x = tape.allocate(Shape.of(size, pictures.size(), pictures.size(), 3));
        pictures.fill(indices, x);
        Tensor imagePlaces = PointwiseOps.normalizeRows(tape, images.encode(tape, x));

        int[][] ids = tokens(indices, order.random(batch));
        Tensor states = texts.encode(tape, ids);
        Tensor textPlaces = PointwiseOps.normalizeRows(tape, texts.project(tape, texts.pool(tape, states, ids)));

        Tensor scale = PointwiseOps.exp(tape, PointwiseOps.clamp(tape, logScale.on(tape), 0, LARGEST_LOG_SCALE));
        Tensor scaled = ArithmeticOps.multiply(tape, imagePlaces, scale);
        int[] diagonal = IntStream.range(0, size).toArray();
        Tensor imageLoss = LossOps.crossEntropy(tape, MatrixOps.matmulTransposed(tape, scaled, textPlaces), diagonal);
        Tensor captions = ShapeOps.slice(tape, textPlaces, 0, 0, size);
        Tensor textLoss = LossOps.crossEntropy(tape, MatrixOps.matmulTransposed(tape, captions, scaled), diagonal);
        return ArithmeticOps.affine(tape, ArithmeticOps.add(tape, imageLoss, textLoss), 0.5f, 0);
    }

    /**
     * The captions, then one false caption a picture, all cut behind the longest: what comes after the end token cannot
     * reach it, because the attention is causal.
     */
    private int[][] tokens(int[] indices, TorchGenerator random) {
        List<String> all = new ArrayList<>();
        for (int index : indices) {
            all.add(pictures.caption(index));
        }
        for (int index : indices) {
            List<String> wrong = pictures.negatives(index);
            if (!wrong.isEmpty()) {
                all.add(wrong.get(random.nextInt(wrong.size())));
            }
        }
        int[][] ids = new int[all.size()][];
        int longest = 0;
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tokenizer.tokenize(all.get(i)).ids();
            longest = Math.max(longest, endOf(ids[i]) + 1);
        }
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Arrays.copyOf(ids[i], longest);
        }
        return ids;
    }

    private int endOf(int[] ids) {
        int end = 0;
        while (ids[end] != tokenizer.endToken()) {
            end++;
        }
        return end;
    }
}
