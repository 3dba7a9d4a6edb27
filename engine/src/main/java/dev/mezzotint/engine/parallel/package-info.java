/**
 * The one thread pool. Work is split over outputs, never over a reduction, so that a result has the same bits for any
 * number of threads. Imports the JDK alone.
 */
package dev.mezzotint.engine.parallel;
