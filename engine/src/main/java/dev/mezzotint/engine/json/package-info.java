/**
 * JSON as configurations, tokenizers and checkpoint headers need it: values, a parser, a printer. Imports the JDK
 * alone.
 */
package dev.mezzotint.engine.json;
