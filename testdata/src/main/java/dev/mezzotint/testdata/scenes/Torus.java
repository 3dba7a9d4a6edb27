package dev.mezzotint.testdata.scenes;

/**
 * A torus that stands upright like a wheel, its axis along z, so that its hole shows in a small picture.
 *
 * <p>Hit by sphere tracing (Hart, "Sphere tracing: a geometric method for the antialiased ray tracing of implicit
 * surfaces", 1996) inside its bounding cylinder: cheaper than a quartic here and free of its ill-conditioned roots.
 */
final class Torus extends Solid {
    static final Solid UPRIGHT = new Torus();

    private static final double TUBE = 0.31;
    private static final double RING = 0.71;
    private static final double OUTER = RING + TUBE;
    private static final double SURFACE = 1e-5;
    private static final int MAX_STEPS = 1000;

    private Torus() {
        super(2 * OUTER, OUTER, OUTER);
    }

    @Override
    double hit(double ox, double oy, double oz, double dx, double dy, double dz) {
        double cy = oy - OUTER;
        double b = ox * dx + cy * dy + oz * dz;
        double discriminant = b * b - (ox * ox + cy * cy + oz * oz - OUTER * OUTER);
        if (discriminant < 0) {
            return MISS;
        }
        double root = Math.sqrt(discriminant);
        double z0 = (-TUBE - oz) / dz;
        double z1 = (TUBE - oz) / dz;
        double t = Math.max(Math.max(-b - root, Math.min(z0, z1)), NEAR);
        double leave = Math.min(-b + root, Math.max(z0, z1));
        for (int step = 0; step < MAX_STEPS && t <= leave; step++) {
            double x = ox + t * dx;
            double y = cy + t * dy;
            double z = oz + t * dz;
            double fromRing = Math.sqrt(x * x + y * y) - RING;
            double distance = Math.sqrt(fromRing * fromRing + z * z) - TUBE;
            if (distance < SURFACE) {
                return t;
            }
            t += distance;
        }
        return MISS;
    }

    @Override
    void normal(double x, double y, double z, double[] normal) {
        double cy = y - OUTER;
        double side = Math.sqrt(x * x + cy * cy);
        double scale = (side - RING) / side;
        double length = Math.sqrt(scale * scale * side * side + z * z);
        normal[0] = x * scale / length;
        normal[1] = cy * scale / length;
        normal[2] = z / length;
    }
}
