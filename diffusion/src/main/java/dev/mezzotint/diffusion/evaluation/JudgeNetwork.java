package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;

/**
 * The judge's eyes: convolutions down to an eighth of the picture's size, so that a cell sees whole objects and their
 * neighbours, back up to a quarter, and one prediction a cell (an hourglass as in Newell et al. 2016, objects as points
 * as in Zhou et al. 2019). About 0.2 million parameters and 36 million multiply-adds for a picture of 64×64.
 */
final class JudgeNetwork {
    /** A convolution, group norm and SiLU. */
    private static final class Block {
        private final Conv2d conv;
        private final GroupNorm norm;

        Block(Parameters parameters, int in, int out, int stride) {
            conv = new Conv2d(parameters.child("conv"), in, out, 3, stride, 1);
            norm = new GroupNorm(parameters.child("norm"), 8, out, 1e-5);
        }

        Tensor forward(Tape tape, Tensor x) {
            return norm.forward(tape, conv.forward(tape, x), Activation.SILU);
        }
    }

    /**
     * What the network makes of pictures.
     *
     * @param cells (batch, grid, grid, outputs)
     * @param stages its view at a half, a quarter and an eighth of the size
     */
    record View(Tensor cells, List<Tensor> stages) {}

    private final Parameters parameters = Parameters.create();
    private final Block half1;
    private final Block half2;
    private final Block quarter1;
    private final Block quarter2;
    private final Block eighth1;
    private final Block eighth2;
    private final Block eighth3;
    private final Block joined;
    private final Conv2d head;

    JudgeNetwork(JudgeConfig config) {
        int width = config.channels();
        half1 = new Block(parameters.child("half", 0), 3, Math.max(8, width / 4), 2);
        half2 = new Block(parameters.child("half", 1), Math.max(8, width / 4), width / 2, 1);
        quarter1 = new Block(parameters.child("quarter", 0), width / 2, width, 2);
        quarter2 = new Block(parameters.child("quarter", 1), width, width, 1);
        eighth1 = new Block(parameters.child("eighth", 0), width, width, 2);
        eighth2 = new Block(parameters.child("eighth", 1), width, width, 1);
        eighth3 = new Block(parameters.child("eighth", 2), width, width, 1);
        joined = new Block(parameters.child("joined"), width, width, 1);
        head = new Conv2d(parameters.child("head"), width, config.outputs(), 1, 1, 0);
    }

    Parameters parameters() {
        return parameters;
    }

    /** Looks at pictures (batch, size, size, 3) in [−1, 1]. */
    View forward(Tape tape, Tensor pictures) {
        Tensor half = half2.forward(tape, half1.forward(tape, pictures));
        Tensor quarter = quarter2.forward(tape, quarter1.forward(tape, half));
        Tensor eighth = eighth3.forward(tape, eighth2.forward(tape, eighth1.forward(tape, quarter)));
        Tensor both = ArithmeticOps.add(tape, quarter, ResampleOps.upsample(tape, eighth, 2));
        Tensor cells = head.forward(tape, joined.forward(tape, both));
        return new View(cells, List.of(half, quarter, eighth));
    }
}
