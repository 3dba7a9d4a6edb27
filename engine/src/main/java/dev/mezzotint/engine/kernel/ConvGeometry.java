package dev.mezzotint.engine.kernel;

/**
 * Shape of a two-dimensional convolution over channels-last images; all sizes in elements.
 *
 * <p>Input (batch, height, width, inChannels), weight (outChannels, kernelHeight, kernelWidth, inChannels), output
 * (batch, outHeight, outWidth, outChannels). Padding is with zeros and may differ by side, as the VAE's downsampling
 * needs.
 */
public record ConvGeometry(
        int batch,
        int height,
        int width,
        int inChannels,
        int outChannels,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padTop,
        int padLeft,
        int padBottom,
        int padRight) {

    /** Refuses sizes that are not positive, negative padding, and kernels larger than the padded image. */
    public ConvGeometry {
        if (batch < 1
                || height < 1
                || width < 1
                || inChannels < 1
                || outChannels < 1
                || kernelHeight < 1
                || kernelWidth < 1
                || stride < 1) {
            throw new IllegalArgumentException("conv2d: every size must be positive, got " + batch + "×" + height + "×"
                    + width + "×" + inChannels + " → " + outChannels + " channels, kernel " + kernelHeight + "×"
                    + kernelWidth + ", stride " + stride);
        }
        if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
            throw new IllegalArgumentException("conv2d: padding must not be negative");
        }
        if (height + padTop + padBottom < kernelHeight || width + padLeft + padRight < kernelWidth) {
            throw new IllegalArgumentException("conv2d: a kernel of " + kernelHeight + "×" + kernelWidth
                    + " does not fit into an image of " + height + "×" + width + " with its padding");
        }
    }

    /** The usual square convolution: kernel, stride and one padding for all sides. */
    public static ConvGeometry square(
            int batch, int height, int width, int inChannels, int outChannels, int kernel, int stride, int pad) {
        return new ConvGeometry(
                batch, height, width, inChannels, outChannels, kernel, kernel, stride, pad, pad, pad, pad);
    }

    /** Height of the output. */
    public int outHeight() {
        return (height + padTop + padBottom - kernelHeight) / stride + 1;
    }

    /** Width of the output. */
    public int outWidth() {
        return (width + padLeft + padRight - kernelWidth) / stride + 1;
    }

    /** Rows of the implied matrix product: one an output pixel. */
    public int rows() {
        return Math.multiplyExact(Math.multiplyExact(batch, outHeight()), outWidth());
    }

    /** Depth of the implied matrix product: one a weight of an output channel. */
    public int depth() {
        return kernelHeight * kernelWidth * inChannels;
    }

    /** Whether the convolution is a plain matrix product over pixels. */
    public boolean isPointwise() {
        return kernelHeight == 1
                && kernelWidth == 1
                && stride == 1
                && padTop == 0
                && padLeft == 0
                && padBottom == 0
                && padRight == 0;
    }

    /** Multiplications and additions of the direct algorithm. */
    public long flops() {
        return 2L * rows() * depth() * outChannels;
    }
}
