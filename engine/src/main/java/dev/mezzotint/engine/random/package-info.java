/**
 * Random numbers that are PyTorch's, so that a seed gives the noise it gives everywhere else. Imports the JDK alone.
 */
package dev.mezzotint.engine.random;
