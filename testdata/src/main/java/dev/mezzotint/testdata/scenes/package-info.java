/**
 * Procedural pictures of coloured solids with captions: the data on which the built-in text-to-image model is
 * trained and judged. A scene is drawn from a seed and an index, rendered by a small analytic ray caster and
 * described in words; the same seed and index give the same scene, caption and pixels on every machine.
 *
 * <p>May import {@code engine.image}, {@code engine.data} and JOML; nothing of a model.
 */
package dev.mezzotint.testdata.scenes;
