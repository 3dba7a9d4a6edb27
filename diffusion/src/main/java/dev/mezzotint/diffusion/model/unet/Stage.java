package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.diffusion.model.block.ResnetBlock;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** A residual block and, at levels that attend to the text, the transformer behind it. */
record Stage(ResnetBlock resnet, Optional<SpatialTransformer> attention) {
    Tensor forward(Tape tape, Tensor x, Tensor time, AttentionContext context) {
        return attend(tape, resnet.forward(tape, x, Optional.of(time)), context);
    }

    /** As {@link #forward}, and uses x up (see {@link Tape#release}). */
    Tensor consume(Tape tape, Tensor x, Tensor time, AttentionContext context) {
        return attend(tape, resnet.consume(tape, x, Optional.of(time)), context);
    }

    private Tensor attend(Tape tape, Tensor h, AttentionContext context) {
        if (attention.isEmpty()) {
            return h;
        }
        return attention.get().consume(tape, h, context);
    }

    /**
     * Plans the buffers of {@link #forward}, or of {@link #consume}; the result stays taken.
     *
     * @return its sizes
     */
    UNetSizes plan(BufferPlan plan, UNetSizes sizes, boolean consumed) {
        resnet.plan(plan, sizes.batch(), sizes.positions(), consumed);
        if (attention.isEmpty()) {
            return sizes;
        }
        attention.get().plan(plan, sizes);
        return sizes.attended();
    }
}
