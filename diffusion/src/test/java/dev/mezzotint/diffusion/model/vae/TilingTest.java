package dev.mezzotint.diffusion.model.vae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class TilingTest {
    private final Autoencoder vae = new Autoencoder(new VaeConfig(3, 4, List.of(8, 8), 1, 8, 32, 0.7));
    private final Tape tape = Tape.inference(Compute.best());

    TilingTest() {
        vae.parameters().initialize(new TorchGenerator(1));
    }

    private static Tensor random(int... sizes) {
        Tensor x = Tensor.zeros(sizes);
        new TorchGenerator(2).normal(x.data(), 0, x.length());
        return x;
    }

    @Test
    void oneTileIsTheWholePicture() {
        for (int rows : new int[] {10, 16}) {
            Tensor latent = random(1, rows, 14, 4);
            Tensor whole = vae.decode(tape, latent).copy();
            assertArrayEquals(
                    whole.data(),
                    Tiling.of(vae.config()).decode(vae, tape, latent).data());
        }
    }

    /** diffusers' loop, written out: tiles of 16, every 12, 8 of 32 pixels faded, 24 kept. */
    @Test
    void tilesAreFadedIntoEachOtherAsInDiffusers() {
        Tensor latent = random(1, 20, 30, 4);
        Tensor tiled = Tiling.of(vae.config()).decode(vae, tape, latent);
        assertEquals("1×40×60×3", tiled.shape().toString());
        Tensor[][] tiles = new Tensor[2][3];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                int height = Math.min(16, 20 - 12 * i);
                int width = Math.min(16, 30 - 12 * j);
                Tensor part = Tensor.zeros(1, height, width, 4);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        for (int c = 0; c < 4; c++) {
                            part.data()[(y * width + x) * 4 + c] = latent.get(((12 * i + y) * 30 + 12 * j + x) * 4 + c);
                        }
                    }
                }
                tiles[i][j] = vae.decode(tape, part).copy();
            }
        }
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                Tensor tile = tiles[i][j];
                for (int y = 0; i > 0 && y < 8; y++) {
                    for (int x = 0; x < tile.size(2); x++) {
                        fade(tiles[i - 1][j], tiles[i - 1][j].size(1) - 8 + y, x, tile, y, x, y / 8f);
                    }
                }
                for (int x = 0; j > 0 && x < 8; x++) {
                    for (int y = 0; y < tile.size(1); y++) {
                        fade(tiles[i][j - 1], y, tiles[i][j - 1].size(2) - 8 + x, tile, y, x, x / 8f);
                    }
                }
            }
        }
        for (int y = 0; y < 40; y++) {
            for (int x = 0; x < 60; x++) {
                Tensor tile = tiles[y / 24][x / 24];
                for (int c = 0; c < 3; c++) {
                    float expected = tile.get((y % 24 * tile.size(2) + x % 24) * 3 + c);
                    assertEquals(expected, tiled.get((y * 60 + x) * 3 + c), 1e-5f, y + ", " + x);
                }
            }
        }
    }

    private static void fade(Tensor from, int fromY, int fromX, Tensor to, int y, int x, float share) {
        for (int c = 0; c < 3; c++) {
            float before = from.get((fromY * from.size(2) + fromX) * 3 + c);
            int at = (y * to.size(2) + x) * 3 + c;
            to.data()[at] = before * (1 - share) + to.get(at) * share;
        }
    }

    @Test
    void encodingInTilesHasTheShapeAndNearlyTheValuesOfTheWhole() {
        Tensor picture = random(1, 40, 72, 3);
        Autoencoder.Posterior whole = vae.encode(tape, picture);
        Autoencoder.Posterior tiled = Tiling.of(vae.config()).encode(vae, tape, picture);
        assertEquals(whole.mean().shape(), tiled.mean().shape());
        double difference = 0;
        double size = 0;
        for (int i = 0; i < whole.mean().length(); i++) {
            difference += Math.pow(whole.mean().get(i) - tiled.mean().get(i), 2);
            size += Math.pow(whole.mean().get(i), 2);
        }
        assertTrue(difference < 0.1 * size, difference + " of " + size);
        assertEquals(whole.logVariance().shape(), tiled.logVariance().shape());
    }
}
