package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A 3×3 convolution of a large image to a few channels, such as a picture's three, which would fill only a part of a vector.
 * One matrix product gives each pixel's share in the nine outputs around it, one a tap; each output is the sum of nine shares.
 */
final class FewOutputsPass {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final int TAPS = 9;

    /** Rows of the image that a task should make at least, since it multiplies two more. */
    private static final int FEWEST_ROWS = 8;

    private static final int TASKS_A_THREAD = 4;

    /** Vectors that the shares of a pixel may fill: Winograd's algorithm takes as long for one output as for a vector of them. */
    private static final int MOST_VECTORS = 3;

    /** Smaller images gain less than C2's time for this class is worth, while Winograd's is compiled already. */
    private static final int FEWEST_PIXELS = 1 << 15;

    private FewOutputsPass() {}

    /** Whether this algorithm is the fastest for a convolution whose weights are packed for {@link WinogradPass}. */
    static boolean suits(ConvGeometry g) {
        return WinogradPass.suits(g)
                && TAPS * g.outChannels() <= MOST_VECTORS * LANES
                && g.height() * g.width() >= FEWEST_PIXELS;
    }

    static void run(
            Workers workers,
            ConvGeometry g,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        int most = Math.max(1, g.height() / FEWEST_ROWS);
        int parts = workers.threads() == 1 ? 1 : Math.min(TASKS_A_THREAD * workers.threads(), most);
        PackedOperand taps = taps(g, packed);
        workers.run(g.batch() * parts, task -> {
            int image = task / parts;
            int from = g.height() * (task % parts) / parts;
            int to = g.height() * (task % parts + 1) / parts;
            int pixels = image * g.height() * g.width();
            int at = xOffset + pixels * g.inChannels();
            rows(g, x, at, taps, from, to, y, yOffset + pixels * g.outChannels(), epilogue);
        });
    }

    /** Columns of the product, a multiple of the lanes. */
    private static int columns(ConvGeometry g) {
        return Panels.vectors(TAPS * g.outChannels()) * LANES;
    }

    /** The weights as the product's right operand: a row for each channel, in it a column for each tap and output. */
    private static PackedOperand taps(ConvGeometry g, PackedOperand packed) {
        int channels = g.inChannels();
        int outputs = g.outChannels();
        int columns = columns(g);
        Scratch scratch = Scratch.ofThread();
        RowOrder order = new RowOrder(TAPS, channels);
        float[] source = Widening.slice(packed, 0, order.rows() * LANES, scratch);
        float[] taps = scratch.turned(channels * columns);
        for (int panel = 0; panel < Panels.count(columns); panel++) {
            int first = panel * Panels.WIDTH;
            int width = Panels.columns(columns, panel);
            for (int c = 0; c < channels; c++) {
                int to = first * channels + c * width;
                for (int j = 0; j < width; j++) {
                    int tap = (first + j) / outputs;
                    taps[to + j] =
                            tap < TAPS ? source[order.place(tap * channels + c) * LANES + (first + j) % outputs] : 0;
                }
            }
        }
        return new PackedOperand.Floats(taps);
    }

    /** Some rows of one image. The shares of three rows are kept, between columns of zeros, and one row of zeros. */
    private static void rows(
            ConvGeometry g,
            float[] x,
            int xOffset,
            PackedOperand taps,
            int from,
            int to,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        Scratch scratch = Scratch.ofThread();
        int outputs = g.outChannels();
        int columns = columns(g);
        int slot = (g.width() + 2) * columns;
        float[] shares = scratch.values(4 * slot + LANES);
        Arrays.fill(shares, 0, 4 * slot + LANES, 0);
        float[] bias = scratch.panel(LANES);
        Arrays.fill(bias, 0, LANES, 0);
        System.arraycopy(epilogue.bias(), 0, bias, 0, epilogue.bias().length);
        float[] line = scratch.dense(g.width() * outputs + LANES);
        int length = g.width() * outputs;
        for (int row = Math.max(0, from - 1); row <= to; row++) {
            if (row < g.height()) {
                multiply(g, x, xOffset + row * g.width() * g.inChannels(), taps, shares, row % 3 * slot + columns);
            }
            if (row <= from) {
                continue;
            }
            int above = row > 1 ? (row - 2) % 3 * slot : 3 * slot;
            int below = row < g.height() ? row % 3 * slot : 3 * slot;
            add(g.width(), outputs, columns, shares, above, (row - 1) % 3 * slot, below, bias, line);
            int at = yOffset + (row - 1) * length;
            if (epilogue.accumulate()) {
                for (int i = 0; i < length; i++) {
                    y[at + i] += line[i];
                }
            } else {
                System.arraycopy(line, 0, y, at, length);
            }
            if (epilogue.activation() != Activation.NONE) {
                SimdActivation.forwardRange(epilogue.activation(), length, y, at, y, at);
            }
        }
    }

    /** The shares that one row of pixels has. */
    private static void multiply(ConvGeometry g, float[] x, int at, PackedOperand taps, float[] shares, int to) {
        Scratch scratch = Scratch.ofThread();
        int channels = g.inChannels();
        int columns = columns(g);
        int[] positions = scratch.positions(g.width());
        for (int pixel = 0; pixel < g.width(); pixel++) {
            positions[pixel] = at + pixel * channels;
        }
        int passes = Panels.depthBlocks(channels);
        for (int pass = 0; pass < passes; pass++) {
            int p = Panels.depthStart(channels, pass);
            int depth = Panels.depthStart(channels, pass + 1) - p;
            Tiles.rows(
                    scratch,
                    g.width(),
                    x,
                    positions,
                    p,
                    0,
                    Panels.count(columns),
                    columns,
                    channels,
                    p,
                    depth,
                    taps,
                    shares,
                    to,
                    columns,
                    Epilogue.STORE,
                    pass == 0,
                    pass == passes - 1);
        }
    }

    /** One row of outputs. A vector holds those of a pixel and others that do not matter, which the next pixel overwrites. */
    private static void add(
            int width,
            int outputs,
            int columns,
            float[] shares,
            int above,
            int beside,
            int below,
            float[] bias,
            float[] line) {
        FloatVector offset = FloatVector.fromArray(S, bias, 0);
        int next = columns + outputs;
        for (int pixel = 0; pixel < width; pixel++) {
            int a = above + pixel * columns;
            int b = beside + pixel * columns + 3 * outputs;
            int c = below + pixel * columns + 6 * outputs;
            FloatVector top = FloatVector.fromArray(S, shares, a)
                    .add(FloatVector.fromArray(S, shares, a + next))
                    .add(FloatVector.fromArray(S, shares, a + 2 * next));
            FloatVector middle = FloatVector.fromArray(S, shares, b)
                    .add(FloatVector.fromArray(S, shares, b + next))
                    .add(FloatVector.fromArray(S, shares, b + 2 * next));
            FloatVector bottom = FloatVector.fromArray(S, shares, c)
                    .add(FloatVector.fromArray(S, shares, c + next))
                    .add(FloatVector.fromArray(S, shares, c + 2 * next));
            top.add(middle).add(bottom).add(offset).intoArray(line, pixel * outputs);
        }
    }
}
