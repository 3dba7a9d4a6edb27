package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.MultiHeadAttention;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** A task of a few hundred parameters with a layer of each family; example n is the same for every batch size. */
final class TinyTask implements TrainingTask {
    private static final int CHANNELS = 6;
    private static final int EXAMPLES_A_PART = 2;

    /** Called before each batch, on the thread that trains. */
    @FunctionalInterface
    interface Spy {
        void batch(long batch);
    }

    private final String name;
    private final int batchSize;
    private final Spy spy;
    private final Parameters parameters = Parameters.create();
    private final Conv2d first;
    private final GroupNorm norm;
    private final MultiHeadAttention attention;
    private final Conv2d last;

    TinyTask(String name, int batchSize, Spy spy) {
        this.name = name;
        this.batchSize = batchSize;
        this.spy = spy;
        first = new Conv2d(parameters.child("first"), 3, CHANNELS, 3, 1, 1);
        norm = new GroupNorm(parameters.child("norm"), 2, CHANNELS, 1e-5);
        attention = new MultiHeadAttention(
                parameters.child("attention"),
                MultiHeadAttention.Names.DIFFUSERS,
                CHANNELS,
                CHANNELS,
                CHANNELS,
                2,
                false);
        last = new Conv2d(parameters.child("last"), CHANNELS, 3, 1, 1, 0);
        parameters.initialize(new TorchGenerator(42));
    }

    TinyTask(int batchSize) {
        this("tiny", batchSize, batch -> {});
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters.list();
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public Tensor loss(Tape tape, long batch) {
        spy.batch(batch);
        return loss(tape, batch, 0, batchSize);
    }

    @Override
    public List<BatchPart> parts(long batch) {
        spy.batch(batch);
        return BatchPart.cut(batchSize, EXAMPLES_A_PART, (from, to) -> tape -> loss(tape, batch, from, to));
    }

    private Tensor loss(Tape tape, long batch, int from, int to) {
        int count = to - from;
        Tensor x = Tensor.zeros(count, 4, 5, 3);
        Tensor target = Tensor.zeros(count, 4, 5, 3);
        int length = x.length() / count;
        for (int n = 0; n < count; n++) {
            TorchGenerator random = new TorchGenerator(batch * batchSize + from + n);
            random.normal(x.data(), n * length, length);
            for (int i = n * length; i < (n + 1) * length; i++) {
                target.data()[i] = 0.5f * x.get(i) * x.get(i) - 0.3f;
            }
        }
        Tensor hidden = norm.forward(tape, first.forward(tape, x), Activation.SILU);
        Tensor tokens = ShapeOps.reshape(tape, hidden, count, 20, CHANNELS);
        Tensor mixed = attention.forward(tape, tokens, tokens, false);
        Tensor y = last.forward(tape, ShapeOps.reshape(tape, mixed, count, 4, 5, CHANNELS));
        float[] weights = new float[count];
        Arrays.fill(weights, 1f / batchSize);
        return LossOps.squaredError(tape, y, target, weights);
    }
}
