package dev.mezzotint.testdata.scenes;

/**
 * A solid in its own frame: it rests on y = 0 and its widest part is about one unit from the y axis. Rays have unit
 * direction; distances are along the ray. Nothing here allocates.
 */
abstract sealed class Solid permits Solid.Cube, Solid.Sphere, Solid.Cylinder, Solid.Cone, Torus {
    static final Solid CUBE = new Cube();
    static final Solid SPHERE = new Sphere();
    static final Solid CYLINDER = new Cylinder();
    static final Solid CONE = new Cone();

    /** What {@link #hit} returns for a ray that misses. */
    static final double MISS = Double.POSITIVE_INFINITY;

    /** Hits nearer than this are the surface from which the ray starts. */
    static final double NEAR = 1e-6;

    private final double height;
    private final double boundingRadius;
    private final double reach;

    Solid(double height, double boundingRadius, double reach) {
        this.height = height;
        this.boundingRadius = boundingRadius;
        this.reach = reach;
    }

    /** Returns the height of the top. */
    final double height() {
        return height;
    }

    /** Returns the radius of the sphere about (0, height / 2, 0) that holds the solid. */
    final double boundingRadius() {
        return boundingRadius;
    }

    /** Returns the radius of the circle on the ground that holds the solid seen from above. */
    final double reach() {
        return reach;
    }

    /** Returns the distance to the nearest surface in front of the origin, or {@link #MISS}. */
    abstract double hit(double ox, double oy, double oz, double dx, double dy, double dz);

    /** Writes the outward unit normal at a point of the surface. */
    abstract void normal(double x, double y, double z, double[] normal);

    /** Chooses the nearer of two roots that lies in front of the origin. */
    private static double front(double near, double far) {
        return near > NEAR ? near : far > NEAR ? far : MISS;
    }

    /** An axis-aligned cube. */
    static final class Cube extends Solid {
        private static final double HALF = 0.8;

        private Cube() {
            super(2 * HALF, HALF * Math.sqrt(3) + 1e-9, HALF * Math.sqrt(2));
        }

        @Override
        double hit(double ox, double oy, double oz, double dx, double dy, double dz) {
            double x0 = (-HALF - ox) / dx;
            double x1 = (HALF - ox) / dx;
            double y0 = -oy / dy;
            double y1 = (2 * HALF - oy) / dy;
            double z0 = (-HALF - oz) / dz;
            double z1 = (HALF - oz) / dz;
            double enter = Math.max(Math.max(Math.min(x0, x1), Math.min(y0, y1)), Math.min(z0, z1));
            double leave = Math.min(Math.min(Math.max(x0, x1), Math.max(y0, y1)), Math.max(z0, z1));
            return enter <= leave ? front(enter, leave) : MISS;
        }

        @Override
        void normal(double x, double y, double z, double[] normal) {
            double ax = Math.abs(x);
            double ay = Math.abs(y - HALF);
            double az = Math.abs(z);
            boolean alongX = ax >= ay && ax >= az;
            boolean alongY = !alongX && ay >= az;
            normal[0] = alongX ? Math.signum(x) : 0;
            normal[1] = alongY ? Math.signum(y - HALF) : 0;
            normal[2] = alongX || alongY ? 0 : Math.signum(z);
        }
    }

    /** A sphere. */
    static final class Sphere extends Solid {
        private static final double RADIUS = 0.97;

        private Sphere() {
            super(2 * RADIUS, RADIUS, RADIUS);
        }

        @Override
        double hit(double ox, double oy, double oz, double dx, double dy, double dz) {
            double cy = oy - RADIUS;
            double b = ox * dx + cy * dy + oz * dz;
            double c = ox * ox + cy * cy + oz * oz - RADIUS * RADIUS;
            double discriminant = b * b - c;
            if (discriminant < 0) {
                return MISS;
            }
            double root = Math.sqrt(discriminant);
            return front(-b - root, -b + root);
        }

        @Override
        void normal(double x, double y, double z, double[] normal) {
            normal[0] = x / RADIUS;
            normal[1] = (y - RADIUS) / RADIUS;
            normal[2] = z / RADIUS;
        }
    }

    /** An upright cylinder, about as tall as wide. */
    static final class Cylinder extends Solid {
        private static final double RADIUS = 0.80;
        private static final double HEIGHT = 1.75;

        private Cylinder() {
            super(HEIGHT, Math.sqrt(RADIUS * RADIUS + HEIGHT * HEIGHT / 4) + 1e-9, RADIUS);
        }

        @Override
        double hit(double ox, double oy, double oz, double dx, double dy, double dz) {
            double y0 = -oy / dy;
            double y1 = (HEIGHT - oy) / dy;
            double enter = Math.min(y0, y1);
            double leave = Math.max(y0, y1);
            double a = dx * dx + dz * dz;
            double b = ox * dx + oz * dz;
            double c = ox * ox + oz * oz - RADIUS * RADIUS;
            double discriminant = b * b - a * c;
            if (discriminant < 0) {
                return MISS;
            }
            double root = Math.sqrt(discriminant);
            enter = Math.max(enter, (-b - root) / a);
            leave = Math.min(leave, (-b + root) / a);
            return enter <= leave ? front(enter, leave) : MISS;
        }

        @Override
        void normal(double x, double y, double z, double[] normal) {
            boolean top = y > HEIGHT - 1e-6;
            boolean bottom = y < 1e-6;
            normal[0] = top || bottom ? 0 : x / RADIUS;
            normal[1] = top ? 1 : bottom ? -1 : 0;
            normal[2] = top || bottom ? 0 : z / RADIUS;
        }
    }

    /** A cone with its point up. */
    static final class Cone extends Solid {
        private static final double RADIUS = 0.98;
        private static final double HEIGHT = 2.05;
        private static final double SLOPE = RADIUS / HEIGHT;
        private static final double NORMAL_SIDE = 1 / Math.sqrt(1 + SLOPE * SLOPE);
        private static final double NORMAL_UP = SLOPE * NORMAL_SIDE;

        private Cone() {
            super(HEIGHT, Math.sqrt(RADIUS * RADIUS + HEIGHT * HEIGHT / 4) + 1e-9, RADIUS);
        }

        @Override
        double hit(double ox, double oy, double oz, double dx, double dy, double dz) {
            double py = HEIGHT - oy;
            double a = dx * dx + dz * dz - SLOPE * SLOPE * dy * dy;
            double b = ox * dx + oz * dz + SLOPE * SLOPE * py * dy;
            double c = ox * ox + oz * oz - SLOPE * SLOPE * py * py;
            double best = MISS;
            double discriminant = b * b - a * c;
            if (discriminant >= 0 && a != 0) {
                double root = Math.sqrt(discriminant);
                best = mantle((-b - root) / a, oy, dy, best);
                best = mantle((-b + root) / a, oy, dy, best);
            }
            double base = -oy / dy;
            double x = ox + base * dx;
            double z = oz + base * dz;
            return base > NEAR && base < best && x * x + z * z <= RADIUS * RADIUS ? base : best;
        }

        /**
         * Keeps a root if it lies in front, on the cone itself (not its mirror image) and nearer than the best so far.
         */
        private static double mantle(double t, double oy, double dy, double best) {
            double y = oy + t * dy;
            return t > NEAR && t < best && y >= 0 && y <= HEIGHT ? t : best;
        }

        @Override
        void normal(double x, double y, double z, double[] normal) {
            double side = Math.sqrt(x * x + z * z);
            boolean bottom = y < 1e-6 || side == 0;
            normal[0] = bottom ? 0 : NORMAL_SIDE * x / side;
            normal[1] = side == 0 ? 1 : bottom ? -1 : NORMAL_UP;
            normal[2] = bottom ? 0 : NORMAL_SIDE * z / side;
        }
    }
}
