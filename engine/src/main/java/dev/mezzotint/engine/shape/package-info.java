/** Sizes of tensors: values without data. May import the JDK alone. */
package dev.mezzotint.engine.shape;
