/**
 * Single operators on the shapes of real models, and the engines that can compute them: this project's and, where the build
 * has them, its peers'. May import every module, but no other package of this one.
 */
package dev.mezzotint.bench.operator;
