package dev.mezzotint.diffusion.evaluation;

/**
 * An object that the judge sees.
 *
 * @param shape what it is
 * @param hue its colour
 * @param x middle of the object, from 0 at the left edge of the picture to 1 at the right
 * @param y middle of the object, from 0 at the top edge to 1 at the bottom
 * @param base where it stands on the ground, from 0 at the top edge to 1 at the bottom; larger is nearer
 * @param score how sure the judge is that something is there, from 0 to 1
 */
public record Sighting(String shape, String hue, double x, double y, double base, double score) {}
