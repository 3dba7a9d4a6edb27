package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionedUNetTest {
    private static final int SIDE = 8;
    private static final int CHANNELS = 2;
    private static final int CONDITIONS = 3;

    /** One, two and four examples; with channels shown beside the latents' own and without. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "4, 0", "1, 3", "2, 3"})
    void conditionsTogetherGiveTheBitsOfEachAlone(int examples, int behind) {
        ConditionedUNet unet = unet(examples, behind);
        int length = examples * SIDE * SIDE * CHANNELS;
        float[] x = new TorchGenerator(2).randn(length);
        float[] before = x.clone();
        float[] together = new float[CONDITIONS * length];
        unet.predict(x, 0, CONDITIONS, 500, together);
        assertArrayEquals(before, x);
        float[] alone = new float[length];
        for (int condition = 0; condition < CONDITIONS; condition++) {
            unet.predict(x, condition, 1, 500, alone);
            assertArrayEquals(Arrays.copyOfRange(together, condition * length, (condition + 1) * length), alone);
        }
        assertFalse(Arrays.equals(alone, Arrays.copyOf(together, length)));
    }

    private static ConditionedUNet unet(int examples, int behind) {
        UNet unet = new UNet(new UNetConfig(
                CHANNELS + behind,
                CHANNELS,
                SIDE,
                List.of(16, 32),
                List.of(true, true),
                List.of(true, true),
                1,
                List.of(2, 4),
                12,
                8,
                1e-5,
                false,
                List.of(1, 1)));
        unet.parameters().initialize(new TorchGenerator(1));
        int rows = CONDITIONS * examples;
        Tensor texts = Tensor.of(new TorchGenerator(3).randn(rows * 7 * 12), rows, 7, 12);
        Optional<Tensor> shown = behind == 0
                ? Optional.empty()
                : Optional.of(Tensor.of(new TorchGenerator(4).randn(SIDE * SIDE * behind), 1, SIDE, SIDE, behind));
        return new ConditionedUNet(
                unet, Tape.inference(Compute.best()), UNetConditions.of(texts), shown, examples, SIDE, SIDE);
    }
}
