package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.diffusion.model.block.ResnetBlock;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** A residual block and, at levels that attend to the text, the transformer behind it. */
record Stage(ResnetBlock resnet, Optional<SpatialTransformer> attention) {
    Tensor forward(Tape tape, Tensor x, Tensor time, Tensor context) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor h = resnet.forward(tape, x, Optional.of(time));
            return scope.keep(attention.isPresent() ? attention.get().forward(tape, h, context) : h);
        }
    }
}
