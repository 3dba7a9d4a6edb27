/** The same operators in other engines, built with the Maven profile {@code peers} alone. */
package dev.mezzotint.bench.peer;
