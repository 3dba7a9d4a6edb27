package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.ParameterLayout;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Two linear layers that turn {@link Waves} into the embedding that every residual block sees; a third, for models with
 * guidance built in, adds the guidance to the waves before them (Meng et al. 2023, section 3.1).
 */
final class TimestepEmbedding {
    private final Linear linear1;
    private final Optional<Linear> condition;
    private final Linear linear2;

    /** Declares the layers; {@code conditionWidth} is 0 where there is no condition. */
    TimestepEmbedding(Parameters parameters, int width, int timeWidth, int conditionWidth) {
        linear1 = new Linear(parameters.child("linear_1"), width, timeWidth, true);
        condition = conditionWidth > 0
                ? Optional.of(new Linear(
                        parameters.child("cond_proj"),
                        conditionWidth,
                        width,
                        false,
                        ParameterLayout.SAME,
                        Initializer.fanIn(conditionWidth)))
                : Optional.empty();
        linear2 = new Linear(parameters.child("linear_2"), timeWidth, timeWidth, true);
    }

    /** Maps (batch, width) to (batch, timeWidth). */
    Tensor forward(Tape tape, Tensor waves) {
        return linear2.forward(tape, linear1.forward(tape, waves, Activation.SILU));
    }

    /** Maps (batch, width) and a condition (batch, conditionWidth) to (batch, timeWidth). */
    Tensor forward(Tape tape, Tensor waves, Tensor given) {
        return forward(
                tape, ArithmeticOps.add(tape, waves, condition.orElseThrow().forward(tape, given)));
    }
}
