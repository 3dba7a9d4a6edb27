package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.ConvKernel;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;

/**
 * The convolution as its definition: y[b, i, j, o] = Σ over (u, v, c) of x[b, i · stride + u − padTop, j · stride + v −
 * padLeft, c] · w[o, u, v, c], where x is zero outside the image. Each sum in double precision.
 */
public final class ScalarConv implements ConvKernel {
    /** Holds no state. */
    public ScalarConv() {}

    /** Packed weights are the weights. */
    @Override
    public void pack(
            Workers workers,
            ConvGeometry geometry,
            int columns,
            float[] weight,
            int weightOffset,
            float[] packed,
            int packedOffset) {
        System.arraycopy(weight, weightOffset, packed, packedOffset, columns * geometry.depth());
    }

    @Override
    public int[] packedRows(ConvGeometry geometry) {
        int[] rows = new int[geometry.depth()];
        Arrays.setAll(rows, row -> row);
        return rows;
    }

    @Override
    public void forward(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        epilogue.refuseAddend("convolution");
        int outChannels = geometry.outChannels();
        workers.run(geometry.rows(), row -> {
            int j = row % geometry.outWidth();
            int i = row / geometry.outWidth() % geometry.outHeight();
            int b = row / geometry.outWidth() / geometry.outHeight();
            for (int o = 0; o < outChannels; o++) {
                double sum = 0;
                for (int u = 0; u < geometry.kernelHeight(); u++) {
                    for (int v = 0; v < geometry.kernelWidth(); v++) {
                        int s = i * geometry.stride() + u - geometry.padTop();
                        int t = j * geometry.stride() + v - geometry.padLeft();
                        if (s < 0 || s >= geometry.height() || t < 0 || t >= geometry.width()) {
                            continue;
                        }
                        int pixel = xOffset + inputIndex(geometry, b, s, t);
                        int tap = weightIndex(geometry, o, u, v);
                        for (int c = 0; c < geometry.inChannels(); c++) {
                            sum += (double) x[pixel + c] * packed.get(tap + c);
                        }
                    }
                }
                int at = yOffset + row * outChannels + o;
                y[at] = ScalarEpilogue.apply(epilogue, sum, o, y[at]);
            }
        });
    }

    /** dx[b, s, t, c] = Σ of dy[b, i, j, o] · w[o, u, v, c] over all o and all (u, v) that lead from (i, j) to (s, t). */
    @Override
    public void backwardInput(
            Workers workers,
            ConvGeometry geometry,
            float[] dy,
            int dyOffset,
            float[] weight,
            int weightOffset,
            float[] dx,
            int dxOffset) {
        int stride = geometry.stride();
        workers.run(geometry.batch() * geometry.height() * geometry.width(), pixel -> {
            int t = pixel % geometry.width();
            int s = pixel / geometry.width() % geometry.height();
            int b = pixel / geometry.width() / geometry.height();
            for (int c = 0; c < geometry.inChannels(); c++) {
                double sum = 0;
                for (int u = 0; u < geometry.kernelHeight(); u++) {
                    for (int v = 0; v < geometry.kernelWidth(); v++) {
                        int down = s + geometry.padTop() - u;
                        int right = t + geometry.padLeft() - v;
                        int i = down / stride;
                        int j = right / stride;
                        if (down < 0
                                || right < 0
                                || i * stride != down
                                || j * stride != right
                                || i >= geometry.outHeight()
                                || j >= geometry.outWidth()) {
                            continue;
                        }
                        int from = dyOffset + outputIndex(geometry, b, i, j);
                        for (int o = 0; o < geometry.outChannels(); o++) {
                            sum += (double) dy[from + o] * weight[weightOffset + weightIndex(geometry, o, u, v) + c];
                        }
                    }
                }
                dx[dxOffset + pixel * geometry.inChannels() + c] = (float) sum;
            }
        });
    }

    /** dw[o, u, v, c] = Σ over (b, i, j) of dy[b, i, j, o] · x[b, i · stride + u − padTop, j · stride + v − padLeft, c]. */
    @Override
    public void backwardWeight(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate) {
        workers.run(geometry.outChannels() * geometry.kernelHeight() * geometry.kernelWidth(), task -> {
            int v = task % geometry.kernelWidth();
            int u = task / geometry.kernelWidth() % geometry.kernelHeight();
            int o = task / geometry.kernelWidth() / geometry.kernelHeight();
            for (int c = 0; c < geometry.inChannels(); c++) {
                double sum = 0;
                for (int b = 0; b < geometry.batch(); b++) {
                    for (int i = 0; i < geometry.outHeight(); i++) {
                        int s = i * geometry.stride() + u - geometry.padTop();
                        if (s < 0 || s >= geometry.height()) {
                            continue;
                        }
                        for (int j = 0; j < geometry.outWidth(); j++) {
                            int t = j * geometry.stride() + v - geometry.padLeft();
                            if (t >= 0 && t < geometry.width()) {
                                sum += (double) dy[dyOffset + outputIndex(geometry, b, i, j) + o]
                                        * x[xOffset + inputIndex(geometry, b, s, t) + c];
                            }
                        }
                    }
                }
                int at = dwOffset + task * geometry.inChannels() + c;
                dw[at] = (float) (accumulate ? dw[at] + sum : sum);
            }
        });
    }

    private static int inputIndex(ConvGeometry geometry, int b, int s, int t) {
        return ((b * geometry.height() + s) * geometry.width() + t) * geometry.inChannels();
    }

    private static int outputIndex(ConvGeometry geometry, int b, int i, int j) {
        return ((b * geometry.outHeight() + i) * geometry.outWidth() + j) * geometry.outChannels();
    }

    private static int weightIndex(ConvGeometry geometry, int o, int u, int v) {
        return ((o * geometry.kernelHeight() + u) * geometry.kernelWidth() + v) * geometry.inChannels();
    }
}
