/**
 * The kernels in the Vector API, the only package that uses it. May import the contracts, {@code engine.parallel} and
 * formulas of {@code kernel.scalar}.
 *
 * <p>To learn how such kernels work, begin with {@link PairMicroKernel}, the smallest register tile, and go on with {@link
 * RowMicroKernel}, {@link Tiles} and {@link SimdGemm}; then {@link WinogradPass} and {@link AttentionForward}.
 *
 * <h2>Which class computes what</h2>
 *
 * <p>Each public class implements one contract. Where it chooses between algorithms by the shape, the first line that fits
 * counts.
 *
 * <pre>
 * SimdGemm         B lies in Panels, Split cuts the result into tasks, Tiles walks through a task's register tiles.
 *   A transposed, B in floats                   Tiles.columns
 *   any other                                   Tiles.rows; a transposed A is copied slice by slice
 *   with 16 registers, the rows of A stand side by side: SideTransposition
 *
 * SimdConv         forward
 *   1 × 1, stride 1                             SimdGemm
 *   3 × 3, stride 1, padding 1, and input channels that fill a vector
 *     few outputs, 2¹⁵ pixels and more          FewOutputsPass: one product for all nine taps
 *     up to 4 × 4 pixels, many channels         SmallImagePass: what each pixel sees, laid out for one product
 *     any other                                 WinogradPass, and for its parts the classes with Winograd in their names
 *   any other                                   CorrelationPass: a Correlation reads framed images in place, by Tiles.rows
 *
 *                  gradient by the input
 *   1 × 1, stride 1                             SimdGemm
 *   any other                                   InputGradientPass: WinogradPass or CorrelationPass, the kernel turned
 *
 *                  gradient by the weights      WeightGradientPass
 *   1 × 1, stride 1; linear layers              OuterProductPass
 *   what WinogradPass takes, if outputs fill a vector and there are 32 tiles
 *                                               WinogradGradientPass, with WinogradAdjoint
 *   any other                                   framed images, read in place by Tiles.columns
 *
 * SimdAttention    AttentionForward, whose AttentionBlock is AttentionRows or AttentionSides, and AttentionBackward.
 *                  Queries stand in AttentionPanels (Transposition, OctetTransposition); the products are those of TileProduct.
 * SimdNorm         group norm: NormLoops and NormFold; layer norm: SimdLayerNorm
 *
 * SimdActivation, SimdElementwise, SimdSoftmax, SimdResample, SimdOptimizer: plain loops, of the first two in
 *                  ActivationLoops and ElementwiseLoops.
 * SimdMath, SimdExp, SimdLog, SimdSums: functions and sums of vectors that loops share. SimdPeak: the multiply-add limit.
 * </pre>
 *
 * <p>Weights that run along k are packed through {@link Transposition}; those in half precision become floats slice by slice
 * in {@link Widening}. {@link RowOrder} is the order of the rows in
 * which a 3 × 3 kernel is packed. {@link Scratch} holds what a thread keeps from call to call.
 *
 * <h2>Register tiles by species</h2>
 *
 * <p>A tile keeps its sums in vector registers while it walks along k. So its size follows from how many registers there are
 * ({@link Panels#NARROW}), not from how many lanes each has.
 *
 * <pre>
 *                      lanes   registers   vectors in a panel   columns in a panel
 * AVX-512              16      32          4                    64
 * NEON                  4      32          4                    16
 * AVX2                  8      16          2                    16
 * SSE                   4      16          2                     8
 * </pre>
 *
 * <p>Rows × vectors of each tile; in brackets, of those that take what is left over.
 *
 * <pre>
 *                               32 registers                          16 registers
 * products, convolutions        RowMicroKernel 6×4 (6×1 to 6×3)       SideMicroKernel 6×2 (6×1)
 *   up to two, up to four rows  PairMicroKernel 2×4, Quad… 4×4        PairMicroKernel 2×2, Quad… 4×2
 *   A transposed                ColumnMicroKernel 6×4 (6×1 to 6×3)    NarrowMicroKernel 6×2 (5×2; ColumnMicroKernel 6×1)
 * Winograd                      RowMicroKernel 6×4 (6×1 to 6×3),      NarrowMicroKernel 5×2, 4×2
 *                               WinogradMicroKernel 4×4               (RowMicroKernel 6×1)
 * gradients by the weights      OuterMicroKernel 6×4, 4×4             OuterMicroKernel 5×2
 *   part of a panel             ColumnMicroKernel (6×1 to 6×3)        ColumnMicroKernel (6×1)
 * attention, queries and keys   WideTiles 6×4                         SideMicroKernel 6×2
 * attention, values             TransposedWideTiles 6×4, 5×4          SideMicroKernel 6×2
 *   part of a panel             TileProduct (8×2, 8×1, 4×2, 1×2)      as a whole one
 * attention backward            WideTiles, TransposedWideTiles        TileProduct 4×2 (8×1, 1×2)
 *   heads one vector wide       NarrowTiles 24×1, 20×1                TileProduct 8×1 (4×2, 1×2)
 * </pre>
 */
package dev.mezzotint.engine.kernel.simd;
