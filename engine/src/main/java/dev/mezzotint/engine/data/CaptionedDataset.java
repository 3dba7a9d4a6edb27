package dev.mezzotint.engine.data;

/** Captioned pictures by number. Safe for use by several threads; the same index gives the same example every time. */
public interface CaptionedDataset {
    /** How many examples there are. */
    long size();

    /**
     * One example.
     *
     * @throws IndexOutOfBoundsException if {@code index} is not in 0 … size()-1
     */
    Example example(long index);
}
