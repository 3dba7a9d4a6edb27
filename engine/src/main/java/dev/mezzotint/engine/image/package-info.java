/** Pictures of 8 bits a sample, and PNG files with their text. Imports {@code checkpoint} and the JDK. */
package dev.mezzotint.engine.image;
