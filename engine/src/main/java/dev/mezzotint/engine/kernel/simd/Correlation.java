package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import java.util.Arrays;

/**
 * What the passes of a convolution have in common: windows of {@code kernelHeight × kernelWidth} pixels slide in steps of
 * {@code step} over images framed with zeros.
 *
 * @param top rows of zeros above the image; negative drops rows
 * @param left columns of zeros left of the image; negative drops columns
 */
record Correlation(
        int batch,
        int height,
        int width,
        int channels,
        int top,
        int left,
        int kernelHeight,
        int kernelWidth,
        int step,
        int outHeight,
        int outWidth,
        int outChannels) {

    static Correlation forward(ConvGeometry g) {
        return new Correlation(
                g.batch(),
                g.height(),
                g.width(),
                g.inChannels(),
                g.padTop(),
                g.padLeft(),
                g.kernelHeight(),
                g.kernelWidth(),
                g.stride(),
                g.outHeight(),
                g.outWidth(),
                g.outChannels());
    }

    /** Values of a kernel that stand beside each other: its width times the channels. */
    int run() {
        return kernelWidth * channels;
    }

    int depth() {
        return kernelHeight * run();
    }

    /** Values from one row of a framed image to the next. */
    int pitch() {
        return ((outWidth - 1) * step + kernelWidth) * channels;
    }

    /** Rows of the framed image that so many rows of the output see. */
    int bandRows(int outRows) {
        return (outRows - 1) * step + kernelHeight;
    }

    /** Copies row {@code y} of the framed image (0 is the topmost zero row) to {@code band}. */
    void frameRow(float[] source, int sourceOffset, int image, int y, float[] band, int bandOffset) {
        int pitch = pitch();
        int row = y - top;
        if (row < 0 || row >= height) {
            Arrays.fill(band, bandOffset, bandOffset + pitch, 0);
            return;
        }
        int from = sourceOffset + (image * height + row) * width * channels;
        int columns = pitch / channels;
        int begin = Math.clamp(left, 0, columns);
        int end = Math.clamp(left + width, begin, columns);
        Arrays.fill(band, bandOffset, bandOffset + begin * channels, 0);
        if (end > begin) {
            int length = (end - begin) * channels;
            System.arraycopy(source, from + (begin - left) * channels, band, bandOffset + begin * channels, length);
        }
        Arrays.fill(band, bandOffset + end * channels, bandOffset + pitch, 0);
    }
}
