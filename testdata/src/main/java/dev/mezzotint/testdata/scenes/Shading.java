package dev.mezzotint.testdata.scenes;

import java.util.List;
import org.joml.Vector3d;

/** What colour a point of one scene's picture has. Holds scratch values: one instance a thread. */
final class Shading {
    private static final double KEY = 0.80;
    private static final double SKY = 0.34;
    private static final double BOUNCE = 0.16;
    private static final double GLOSS = 0.22;
    private static final double CONTACT = 0.55;
    private static final double FADE_START = -2.2;
    private static final double FADE_END = -9.0;
    private static final double LIFT = 1e-4;

    private final PlacedSolid[] solids;
    private final double[][] paints;
    private final Rays rays;
    private final GroundTexture texture;
    private final double[] lightX = new double[4];
    private final double[] lightY = new double[4];
    private final double[] lightZ = new double[4];
    private final double[] normal = new double[3];

    Shading(Scene scene) {
        List<SceneObject> objects = scene.objects();
        solids = new PlacedSolid[objects.size()];
        paints = new double[objects.size()][];
        for (int i = 0; i < solids.length; i++) {
            solids[i] = new PlacedSolid(objects.get(i), scene.camera());
            paints[i] = Srgb.linear(objects.get(i).hue().srgb());
        }
        rays = new Rays(scene.camera());
        texture = new GroundTexture(scene.ground(), scene.grain());
        Vector3d[] corners = scene.light().corners();
        for (int i = 0; i < corners.length; i++) {
            lightX[i] = corners[i].x;
            lightY[i] = corners[i].y;
            lightZ[i] = corners[i].z;
        }
    }

    /** Writes the linear colour at a point of the picture, lit from one corner of the light. */
    void colour(double u, double v, int corner, double[] rgb) {
        rays.look(u, v);
        int nearest = -1;
        double distance = Solid.MISS;
        for (int i = 0; i < solids.length; i++) {
            PlacedSolid solid = solids[i];
            if (u >= solid.left && u <= solid.right && v >= solid.top && v <= solid.bottom) {
                double t = solid.hitFromEye(rays.dx, rays.dy, rays.dz);
                if (t < distance) {
                    distance = t;
                    nearest = i;
                }
            }
        }
        if (nearest >= 0) {
            surface(nearest, distance, corner, rgb);
        } else {
            ground(corner, rgb);
        }
    }

    private void surface(int index, double distance, int corner, double[] rgb) {
        double x = distance * rays.dx;
        double y = rays.eyeY + distance * rays.dy;
        double z = rays.eyeZ + distance * rays.dz;
        solids[index].normal(x, y, z, normal);
        double nx = normal[0];
        double ny = normal[1];
        double nz = normal[2];
        double towards = nx * lightX[corner] + ny * lightY[corner] + nz * lightZ[corner];
        double key = 0;
        double gloss = 0;
        if (towards > 0 && !shadowed(x + LIFT * nx, y + LIFT * ny, z + LIFT * nz, corner)) {
            key = KEY * towards;
            double hx = lightX[corner] - rays.dx;
            double hy = lightY[corner] - rays.dy;
            double hz = lightZ[corner] - rays.dz;
            double half = (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
            double power2 = half * half;
            double power4 = power2 * power2;
            double power16 = power4 * power4 * power4 * power4;
            gloss = GLOSS * power16 * power16;
        }
        // Near the ground less of the sky is seen.
        double open = 0.7 + 0.3 * Math.min(1, y);
        double ambient = open * (SKY * (0.5 + 0.5 * ny) + BOUNCE * (0.5 - 0.5 * ny) + 0.06);
        double[] paint = paints[index];
        for (int c = 0; c < 3; c++) {
            rgb[c] = paint[c] * (key + ambient) + gloss;
        }
    }

    private void ground(int corner, double[] rgb) {
        double[] backdrop = texture.backdrop();
        double distance = rays.dy < 0 ? -rays.eyeY / rays.dy : Solid.MISS;
        double z = rays.eyeZ + distance * rays.dz;
        if (z <= FADE_END) {
            System.arraycopy(backdrop, 0, rgb, 0, 3);
            return;
        }
        double x = distance * rays.dx;
        texture.albedo(x, z, rgb);
        double key = shadowed(x, LIFT, z, corner) ? 0 : KEY * lightY[corner];
        double light = key + (SKY + 0.06) * open(x, z);
        double fade = Math.clamp((z - FADE_START) / (FADE_END - FADE_START), 0.0, 1.0);
        fade *= fade * (3 - 2 * fade);
        for (int c = 0; c < 3; c++) {
            rgb[c] = rgb[c] * light * (1 - fade) + backdrop[c] * fade;
        }
    }

    /** How much of the sky a point of the ground sees past the objects: dark where they touch it. */
    private double open(double x, double z) {
        double open = 1;
        for (PlacedSolid solid : solids) {
            double toX = solid.object.x() - x;
            double toZ = solid.object.z() - z;
            double relative = (toX * toX + toZ * toZ) / (solid.scale * solid.scale);
            open *= 1 - CONTACT / (1 + relative * relative);
        }
        return open;
    }

    private boolean shadowed(double x, double y, double z, int corner) {
        for (PlacedSolid solid : solids) {
            if (solid.blocks(x, y, z, lightX[corner], lightY[corner], lightZ[corner])) {
                return true;
            }
        }
        return false;
    }
}
