/** Runs what the goals for speed ask for, and prints table and roofline. May import every other package of this module. */
package dev.mezzotint.bench.table;
