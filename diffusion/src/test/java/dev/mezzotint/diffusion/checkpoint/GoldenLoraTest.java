package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One update in PEFT's and in kohya's names, on the weights of a whole tiny model. */
class GoldenLoraTest {
    private static final Map<LoraTarget, String> FILES = Map.of(
            LoraTarget.UNET, "unet/diffusion_pytorch_model.safetensors",
            LoraTarget.TEXT_ENCODER, "text_encoder/model.safetensors");

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.6})
    void bothFormsUpdateTheSameWeights(double weight) throws IOException {
        Path folder = Golden.beside("pipeline/tiny_sd15/lora").folder();
        LoraUse kohya = new LoraUse(LoraFile.open(folder.resolve("lora_kohya.safetensors")), weight);
        LoraUse peft = new LoraUse(LoraFile.open(folder.resolve("lora_peft.safetensors")), weight);
        for (LoraTarget target : FILES.keySet()) {
            try (TensorFile base =
                            SafetensorsFile.open(folder.resolveSibling("model").resolve(FILES.get(target)));
                    SafetensorsFile factors = SafetensorsFile.open(peft.file().path())) {
                LoraModel ofKohya = LoraModel.apply(Map.of(target, base), List.of(kohya));
                LoraModel ofPeft = LoraModel.apply(Map.of(target, base), List.of(peft));
                List<String> touched = new ArrayList<>();
                for (String name : base.names()) {
                    float[] before = base.tensor(name).floats();
                    float[] one = ofKohya.parts().get(target).tensor(name).floats();
                    float[] other = ofPeft.parts().get(target).tensor(name).floats();
                    String module = target.folder() + "." + name.replaceFirst("\\.weight$", "");
                    if (!factors.has(module + ".lora_A.weight")) {
                        assertArrayEquals(before, one, name);
                        assertArrayEquals(before, other, name);
                        continue;
                    }
                    touched.add(name);
                    double[] expected = expected(
                            before,
                            factors.tensor(module + ".lora_B.weight").floats(),
                            factors.tensor(module + ".lora_A.weight").floats(),
                            base.tensor(name).shape()[0],
                            weight);
                    for (int i = 0; i < expected.length; i++) {
                        assertEquals(expected[i], one[i], 1e-6, name + " at " + i);
                        assertEquals(expected[i], other[i], 1e-6, name + " at " + i);
                    }
                }
                long updates = factors.names().stream()
                        .filter(name -> name.startsWith(target.folder() + ".") && name.contains("lora_A"))
                        .count();
                assertEquals(updates, touched.size());
                assertEquals(
                        36 - updates, ofKohya.leftovers().getFirst().names().size());
            }
        }
    }

    private static double[] expected(float[] base, float[] up, float[] down, int rows, double weight) {
        int rank = up.length / rows;
        int columns = base.length / rows;
        double[] sum = new double[base.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                sum[i * columns + j] = base[i * columns + j];
                for (int r = 0; r < rank; r++) {
                    sum[i * columns + j] += weight * up[i * rank + r] * down[r * columns + j];
                }
            }
        }
        return sum;
    }
}
