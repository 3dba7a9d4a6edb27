package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.image.Image;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class SceneRendererTest {
    private final SceneGenerator generator = new SceneGenerator(Split.TRAIN, 0);
    private final SceneRenderer renderer = new SceneRenderer();

    @Test
    void picturesAreTheSameOnEveryMachine() {
        CRC32 crc = new CRC32();
        for (int i = 0; i < 24; i++) {
            crc.update(renderer.render(generator.scene(i), 64).data());
        }
        // Changes whenever scenes look different; models trained before then no longer fit the data set.
        assertEquals("4612a6f2", Long.toHexString(crc.getValue()));
    }

    @Test
    void renderingTwiceGivesTheSamePixels() {
        Scene scene = generator.scene(5);
        assertArrayEquals(
                renderer.render(scene, 32).data(), renderer.render(scene, 32).data());
    }

    @Test
    void objectsHaveTheirColourWhereTheTruthSaysTheyAre() {
        int checked = 0;
        for (Split split : Split.values()) {
            SceneGenerator scenes = new SceneGenerator(split, 2);
            for (int i = 0; i < 300; i++) {
                Scene scene = scenes.scene(i);
                Image image = renderer.render(scene, 64);
                for (int k = 0; k < scene.objects().size(); k++) {
                    Footprint outline = scene.footprints().get(k);
                    if (outline.visible() == 1) {
                        SceneObject object = scene.objects().get(k);
                        // The middle of a torus is its hole: look at the top and the bottom of its tube.
                        double up = object.shape() == ShapeKind.TORUS ? 0.36 * outline.height() : 0;
                        Hue seen = nearest(image, outline.x(), outline.y() - up, outline.y() + up);
                        assertEquals(object.hue(), seen, split + " " + i + ": " + object);
                        checked++;
                    }
                }
            }
        }
        assertTrue(checked > 500, "only " + checked + " objects were looked at");
    }

    private static Hue nearest(Image image, double x, double... heights) {
        double[] sum = new double[3];
        int column = (int) (x * image.width());
        for (double y : heights) {
            int row = (int) (y * image.height());
            for (int at = 3 * ((row - 1) * image.width() + column), i = 0; i < 3; i++, at += 3 * image.width()) {
                for (int c = 0; c < 3; c++) {
                    sum[c] += Srgb.decode(image.data()[at + c] & 0xFF);
                }
            }
        }
        Hue best = Hue.RED;
        double bestCosine = -1;
        for (Hue hue : Hue.values()) {
            double[] paint = Srgb.linear(hue.srgb());
            double dot = paint[0] * sum[0] + paint[1] * sum[1] + paint[2] * sum[2];
            double cosine = dot / Math.sqrt(square(paint) * square(sum));
            if (cosine > bestCosine) {
                bestCosine = cosine;
                best = hue;
            }
        }
        return best;
    }

    private static double square(double[] v) {
        return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        Scene scene = generator.scene(0);
        assertThrows(IllegalArgumentException.class, () -> renderer.render(scene, 7));
        assertThrows(IllegalArgumentException.class, () -> renderer.render(scene, 5000));
        Image small = renderer.render(scene, 8);
        assertEquals(3 * 8 * 8, small.data().length);
    }
}
