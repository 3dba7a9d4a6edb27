/**
 * CLIP's byte-pair tokenizer: reads the published vocabularies, turns a prompt into token ids, learns a vocabulary from
 * captions. Imports the JDK and, of the engine, JSON and file writing.
 */
package dev.mezzotint.clip.tokenizer;
