package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Puts objects on the ground in a wanted arrangement, and judges whether the picture shows it clearly. */
final class Layout {
    private static final double PIXEL = 1 / 64.0;
    private static final double MIN_VISIBLE = 0.68;
    private static final double CLEARANCE = 0.06;

    private Layout() {}

    /** Draws a camera: nearer for one object than for three. */
    static Camera camera(int objects, RandomGenerator random) {
        double frame = switch (objects) {
            case 1 -> 3.35;
            case 2 -> 4.25;
            default -> 4.6;
        };
        double pitch = StrictMath.toRadians(random.nextDouble(30, 35));
        return new Camera(pitch, frame * random.nextDouble(0.97, 1.03));
    }

    /** Draws positions for the arrangement; {@link #shows} tells whether they will do. */
    static List<SceneObject> propose(
            List<Appearance> appearances, List<Size> sizes, Arrangement arrangement, RandomGenerator random) {
        List<SceneObject> upright = new ArrayList<>();
        for (int i = 0; i < appearances.size(); i++) {
            Size size = sizes.get(i);
            double radius = random.nextDouble(size.minRadius(), size.maxRadius());
            // A torus shows its hole; the others may turn as they like.
            double limit = appearances.get(i).shape() == ShapeKind.TORUS ? 0.55 : Math.PI;
            upright.add(new SceneObject(appearances.get(i), size, 0, 0, random.nextDouble(-limit, limit), radius));
        }
        return switch (arrangement) {
            case Arrangement.Pair(Relation relation) -> pair(upright, relation, random);
            case Arrangement.Row() -> inRow(upright, 0.35, 0.35, random);
            case Arrangement.Anywhere() -> List.of(at(upright.getFirst(), random.nextDouble(-0.9, 0.9), random));
            case Arrangement.At(Place place) -> List.of(alone(upright.getFirst(), place, random));
            case Arrangement.Between() ->
                throw new IllegalArgumentException(
                        "a layout is drawn from Row, of which Between is another description");
        };
    }

    private static SceneObject at(SceneObject object, double x, RandomGenerator random) {
        return moved(object, x, random.nextDouble(-0.6, 0.4));
    }

    private static SceneObject alone(SceneObject object, Place place, RandomGenerator random) {
        double aside = random.nextDouble(0.5, 1.15);
        return switch (place) {
            case LEFT -> at(object, -aside, random);
            case MIDDLE -> at(object, random.nextDouble(-0.18, 0.18), random);
            case RIGHT -> at(object, aside, random);
        };
    }

    private static List<SceneObject> pair(List<SceneObject> objects, Relation relation, RandomGenerator random) {
        SceneObject subject = objects.get(0);
        SceneObject other = objects.get(1);
        return switch (relation) {
            case LEFT_OF -> inRow(List.of(subject, other), 0.9, 0.25, random);
            case RIGHT_OF -> inRow(List.of(other, subject), 0.9, 0.25, random).reversed();
            case IN_FRONT_OF -> inDepth(subject, other, random);
            case BEHIND -> inDepth(other, subject, random).reversed();
        };
    }

    /** Sets objects side by side from left to right, with gaps up to {@code gap} and depths within {@code depth}. */
    private static List<SceneObject> inRow(
            List<SceneObject> objects, double gap, double depth, RandomGenerator random) {
        double[] middles = new double[objects.size()];
        double edge = 0;
        for (int i = 0; i < middles.length; i++) {
            edge += i == 0 ? 0 : random.nextDouble(0.1, gap);
            middles[i] = edge + objects.get(i).reach();
            edge += 2 * objects.get(i).reach();
        }
        double shift = -edge / 2 + random.nextDouble(-0.35, 0.35);
        double z = random.nextDouble(-0.4, 0.3);
        List<SceneObject> placed = new ArrayList<>();
        for (int i = 0; i < middles.length; i++) {
            placed.add(moved(objects.get(i), middles[i] + shift, z + random.nextDouble(-depth, depth)));
        }
        return placed;
    }

    private static List<SceneObject> inDepth(SceneObject front, SceneObject back, RandomGenerator random) {
        double depth = random.nextDouble(1.3, 2.9);
        double z = random.nextDouble(-0.35, 0.35);
        double x = random.nextDouble(-0.7, 0.7);
        double aside = random.nextDouble(-0.5, 0.5);
        return List.of(moved(front, x + aside / 2, z + depth / 2), moved(back, x - aside / 2, z - depth / 2));
    }

    private static SceneObject moved(SceneObject object, double x, double z) {
        return new SceneObject(object.appearance(), object.size(), x, z, object.turn(), object.radius());
    }

    /** Tells whether no two objects touch. */
    static boolean apart(List<SceneObject> objects) {
        for (int i = 0; i < objects.size(); i++) {
            for (int j = 0; j < i; j++) {
                SceneObject a = objects.get(i);
                SceneObject b = objects.get(j);
                double reach = a.reach() + b.reach() + CLEARANCE;
                double dx = a.x() - b.x();
                double dz = a.z() - b.z();
                if (dx * dx + dz * dz < reach * reach) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Tells whether every object is whole, of its size and well visible, and the arrangement clear. */
    static boolean shows(List<SceneObject> objects, List<Footprint> outlines, Arrangement arrangement) {
        for (int i = 0; i < objects.size(); i++) {
            Footprint outline = outlines.get(i);
            double across = Math.max(outline.width(), outline.height());
            boolean sized = switch (objects.get(i).size()) {
                case SMALL -> across >= 12 * PIXEL && across <= 19 * PIXEL;
                case LARGE -> across >= 20 * PIXEL;
            };
            if (!sized || Math.min(outline.width(), outline.height()) < 9 * PIXEL || outline.visible() < MIN_VISIBLE) {
                return false;
            }
        }
        return Claim.holds(arrangement, outlines);
    }
}
