/**
 * Tensors and settings on disk: safetensors files, sharded models, PyTorch checkpoints, JSON files, and writing files
 * and folders whole or not at all. Imports {@code json} and the JDK.
 */
package dev.mezzotint.engine.checkpoint;
