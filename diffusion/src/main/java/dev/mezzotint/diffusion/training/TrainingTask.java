package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;

/** What a training loop repeats: a loss over a batch that depends on nothing but the parameters and the batch's number. */
public interface TrainingTask {
    /** What is trained, for progress lines and file names. */
    String name();

    /** Everything that training may change. */
    List<Parameter> parameters();

    /** Examples of a batch. */
    int batchSize();

    /**
     * Computes the loss of a batch on the tape. Which examples, timesteps and noise a batch has must follow from its number
     * alone, so that an interrupted training goes on as if nothing had happened.
     *
     * @return a scalar
     */
    Tensor loss(Tape tape, long batch);

    /**
     * A batch in parts that are computed at the same time, if its loss is a sum over examples. How it is cut must follow from
     * the task alone.
     *
     * @param batch its number, as for {@link #loss}
     * @return parts whose losses add up to {@link #loss}
     */
    default List<BatchPart> parts(long batch) {
        return List.of(tape -> loss(tape, batch));
    }
}
