package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Some examples of a batch, whose share of the loss can be computed apart from the others'. */
@FunctionalInterface
public interface BatchPart {
    /** Neighbouring examples of a batch as a part of it. */
    @FunctionalInterface
    interface Range {
        /** The part of the examples {@code from} to {@code to} − 1. */
        BatchPart part(int from, int to);
    }

    /**
     * Computes what these examples add to the loss of their batch. Parts are computed on several threads at once, each on a
     * tape of its own; they share nothing that they change but the caches of the parameters.
     *
     * @param tape of the thread that computes this part
     * @return a scalar
     */
    Tensor loss(Tape tape);

    /**
     * Cuts a batch evenly into as few parts as there can be if none has more than {@code most} examples.
     *
     * @param examples how many the batch has, at least 1
     * @param range makes a part
     */
    static List<BatchPart> cut(int examples, int most, Range range) {
        int parts = (examples + most - 1) / most;
        return IntStream.range(0, parts)
                .mapToObj(i -> range.part(examples * i / parts, examples * (i + 1) / parts))
                .toList();
    }
}
