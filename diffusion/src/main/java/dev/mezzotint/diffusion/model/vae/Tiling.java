package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A VAE applied to square tiles that overlap by a quarter and are blended there, so that memory grows with the tile and
 * not with the picture. Each tile has group norms of its own, so the result is close to that of the whole and not equal
 * to it; diffusers' {@code enable_tiling} gives the same. What fits into one tile is one tile.
 *
 * @param pixels width and height of a tile of the picture: the size that the VAE was trained on
 * @param positions width and height of a tile of the latent
 */
public record Tiling(int pixels, int positions) {
    /** The tiles of a VAE. */
    public static Tiling of(VaeConfig config) {
        return new Tiling(config.sampleSize(), config.sampleSize() / config.factor());
    }

    /**
     * Decodes as {@link Autoencoder#decode} does.
     *
     * @param latents (1, rows, columns, channels) whose scaling has been undone
     * @return (1, height, width, channels), not owned by the tape
     */
    public Tensor decode(Autoencoder vae, Tape tape, Tensor latents) {
        return map(tape, latents, positions, pixels, tile -> vae.decode(tape, tile));
    }

    /** The distribution of a picture's latent, as {@link Autoencoder#encode} gives it. */
    public Autoencoder.Posterior encode(Autoencoder vae, Tape tape, Tensor picture) {
        return vae.posterior(tape, map(tape, picture, pixels, positions, tile -> vae.moments(tape, tile)));
    }

    /** Maps tiles of {@code from} to tiles of {@code to} positions a side and joins them. */
    private static Tensor map(Tape tape, Tensor source, int from, int to, UnaryOperator<Tensor> operation) {
        if (source.size(1) <= from && source.size(2) <= from) {
            try (Tape.Scope _ = tape.scope()) {
                return operation.apply(source).copy();
            }
        }
        int step = from * 3 / 4;
        int blend = to / 4;
        int kept = to - blend;
        Tensor whole = Tensor.zeros(1, 1, 1, 1);
        List<Tensor> above = List.of();
        for (int y = 0; y < source.size(1); y += step) {
            List<Tensor> row = new ArrayList<>();
            for (int x = 0; x < source.size(2); x += step) {
                int height = Math.min(from, source.size(1) - y);
                int width = Math.min(from, source.size(2) - x);
                Tensor tile;
                try (Tape.Scope _ = tape.scope()) {
                    tile = operation.apply(cut(source, y, x, height, width)).copy();
                }
                if (whole.size(1) == 1) {
                    whole = Tensor.zeros(
                            1,
                            source.size(1) * tile.size(1) / height,
                            source.size(2) * tile.size(2) / width,
                            tile.size(3));
                }
                if (y > 0) {
                    blend(above.get(row.size()), tile, blend, true);
                }
                if (x > 0) {
                    blend(row.getLast(), tile, blend, false);
                }
                paste(tile, whole, y / step * kept, x / step * kept, kept);
                row.add(tile);
            }
            above = row;
        }
        return whole;
    }

    private static Tensor cut(Tensor source, int y, int x, int height, int width) {
        int channels = source.size(3);
        Tensor tile = Tensor.zeros(1, height, width, channels);
        for (int r = 0; r < height; r++) {
            System.arraycopy(
                    source.data(),
                    ((y + r) * source.size(2) + x) * channels,
                    tile.data(),
                    r * width * channels,
                    width * channels);
        }
        return tile;
    }

    /** Fades from the end of one tile into the beginning of the next, which is changed. */
    private static void blend(Tensor before, Tensor tile, int extent, boolean down) {
        int axis = down ? 1 : 2;
        int over = Math.min(Math.min(before.size(axis), tile.size(axis)), extent);
        int rows = down ? over : Math.min(before.size(1), tile.size(1));
        int columns = down ? Math.min(before.size(2), tile.size(2)) : over;
        int channels = tile.size(3);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float share = (float) (down ? r : c) / over;
                int from = down
                        ? ((before.size(1) - over + r) * before.size(2) + c) * channels
                        : (r * before.size(2) + before.size(2) - over + c) * channels;
                int at = (r * tile.size(2) + c) * channels;
                for (int i = 0; i < channels; i++) {
                    tile.data()[at + i] = before.data()[from + i] * (1 - share) + tile.data()[at + i] * share;
                }
            }
        }
    }

    private static void paste(Tensor tile, Tensor whole, int y, int x, int kept) {
        int channels = tile.size(3);
        int width = Math.min(Math.min(kept, tile.size(2)), whole.size(2) - x);
        for (int r = 0; r < Math.min(kept, tile.size(1)) && y + r < whole.size(1); r++) {
            System.arraycopy(
                    tile.data(),
                    r * tile.size(2) * channels,
                    whole.data(),
                    ((y + r) * whole.size(2) + x) * channels,
                    width * channels);
        }
    }
}
