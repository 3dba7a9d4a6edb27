package dev.mezzotint.testdata.scenes;

/**
 * The outline of an object in the picture, as if nothing stood before it.
 *
 * @param x centre of the box round it, from 0 at the left edge of the picture to 1 at the right
 * @param y centre of the box round it, from 0 at the top edge to 1 at the bottom
 * @param width width of the box, in widths of the picture
 * @param height height of the box, in heights of the picture
 * @param visible the part of its own area that no other object hides, from 0 to 1
 * @param base where the middle of its base stands, from 0 at the top edge to 1 at the bottom; larger is nearer
 */
public record Footprint(double x, double y, double width, double height, double visible, double base) {}
