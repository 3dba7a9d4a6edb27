/**
 * The door through which captioned pictures come to training; providers are found by {@link java.util.ServiceLoader}.
 * Imports {@code image} and the JDK.
 */
package dev.mezzotint.engine.data;
