package dev.mezzotint.diffusion.training;

import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VaeTaskTest {
    private static final int COUNT = 5;

    /** Pictures of noise. */
    private record Noise() implements CaptionedDataset {
        @Override
        public long size() {
            return COUNT;
        }

        @Override
        public Example example(long index) {
            byte[] pixels = new byte[8 * 8 * 3];
            TorchGenerator generator = new TorchGenerator(index);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) generator.nextInt(256);
            }
            return new Example(new Image(8, 8, 3, pixels), "noise", Map.of());
        }
    }

    /** Of an odd batch, so that parts have different shares of the means. */
    @Test
    void partsHaveTheGradientsOfTheBatch() throws IOException {
        Autoencoder vae = new Autoencoder(new VaeConfig(3, 2, List.of(4, 4), 1, 2, 8, 1));
        vae.parameters().initialize(new TorchGenerator(1));
        PictureStore pictures = PictureStore.load(new Noise(), 0, COUNT, Workers.shared());
        BatchGradientsTest.assertPartsAddUp(new VaeTask(vae, pictures, COUNT, 3), 1, 3);
    }
}
