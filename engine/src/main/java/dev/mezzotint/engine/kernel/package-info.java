/**
 * The contracts of the kernels: what each computes on flat arrays, and the records that describe a geometry.
 *
 * <p>A kernel knows no tensor. It gets arrays, offsets and a geometry; forward and backward of one family stand in one
 * interface. Every contract has two implementations, {@code kernel.scalar} (reads like the formula, serves as the
 * oracle) and {@code kernel.simd} (Vector API). May import {@code engine.parallel} and the JDK.
 *
 * <p>Rules that hold for all: outputs are overwritten completely unless a parameter says <em>accumulate</em> (so a
 * recycled buffer full of NaN is a legal output); arrays that are read are never written; work is split over outputs,
 * never over a reduction, so that any number of threads gives the same bits.
 */
package dev.mezzotint.engine.kernel;
