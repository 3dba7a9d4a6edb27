package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.diffusion.training.BatchOrder;
import dev.mezzotint.diffusion.training.TrainingTask;
import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;

/** Trains the judge on rendered pictures, slightly distorted. */
final class JudgeTask implements TrainingTask {
    private static final float OFFSET_WEIGHT = 0.5f;

    private final JudgeConfig config;
    private final JudgeNetwork network;
    private final LabelledPictures pictures;
    private final BatchOrder order;

    JudgeTask(JudgeConfig config, JudgeNetwork network, LabelledPictures pictures, int batchSize, long seed) {
        this.config = config;
        this.network = network;
        this.pictures = pictures;
        order = new BatchOrder(pictures.count(), batchSize, seed);
    }

    @Override
    public String name() {
        return "judge";
    }

    @Override
    public List<Parameter> parameters() {
        return network.parameters().list();
    }

    @Override
    public int batchSize() {
        return order.batchSize();
    }

    /**
     * Cross-entropy of something or nothing over all cells an object; and of the cells round an object's middle the
     * cross-entropies of shape and hue and the squared error of where it is.
     */
    @Override
    public Tensor loss(Tape tape, long batch) {
        int size = config.pictureSize();
        int[] indices = order.indices(batch);
        TorchGenerator random = order.random(batch);
        Tensor x = tape.allocate(Shape.of(indices.length, size, size, 3));
        CellTargets targets = new CellTargets(config, indices.length);
        for (int n = 0; n < indices.length; n++) {
            float[] values = pictures.pictures().get(indices[n]).toSignedFloats();
            System.arraycopy(values, 0, x.data(), n * values.length, values.length);
            Distortion.apply(x.data(), n * values.length, size, random);
            targets.set(n, pictures.labels().get(indices[n]));
        }
        Tensor cells = network.forward(tape, x).cells();
        int shapes = config.shapes().size();
        int hues = config.hues().size();
        Tensor something = ShapeOps.slice(tape, cells, -1, 0, 2);
        Tensor shape = ShapeOps.slice(tape, cells, -1, 2, shapes);
        Tensor hue = ShapeOps.slice(tape, cells, -1, 2 + shapes, hues);
        Tensor offset = ShapeOps.slice(tape, cells, -1, 2 + shapes + hues, JudgeConfig.OFFSETS);

        Tensor there = ArithmeticOps.affine(
                tape, LossOps.crossEntropy(tape, something, targets.objects()), targets.cellsPerObject(), 0);
        Tensor what = ArithmeticOps.add(
                tape,
                LossOps.crossEntropy(tape, shape, targets.shapes()),
                LossOps.crossEntropy(tape, hue, targets.hues()));
        Tensor rows = ShapeOps.reshape(tape, offset, targets.objects().length, JudgeConfig.OFFSETS);
        Tensor where =
                LossOps.squaredError(tape, rows, Tensor.of(targets.offsets(), rows.shape()), targets.offsetWeights());
        return ArithmeticOps.add(
                tape, ArithmeticOps.add(tape, there, what), ArithmeticOps.affine(tape, where, OFFSET_WEIGHT, 0));
    }
}
