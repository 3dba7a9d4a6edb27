package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraModelTest {
    private static final String LINEAR = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight";
    private static final String POINTWISE = "down_blocks.0.attentions.0.proj_in.weight";
    private static final String CONVOLUTION = "down_blocks.0.resnets.0.conv1.weight";
    private static final String KOHYA_LINEAR = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";

    @TempDir
    Path folder;

    private final Random random = new Random(5);
    private TensorFile unet;

    @BeforeEach
    void writeModel() throws IOException {
        unet = SafetensorsFile.open(write(
                "unet",
                DType.F32,
                Map.of(),
                tensors(LINEAR, new int[] {5, 7}, POINTWISE, new int[] {6, 3, 1, 1}, CONVOLUTION, new int[] {4, 3, 3, 3
                })));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16"})
    void addsUpTimesDownByAlphaOverRank(DType dtype) throws IOException {
        LoraFile lora = lora(
                dtype,
                KOHYA_LINEAR + ".lora_down.weight",
                new int[] {6, 7},
                KOHYA_LINEAR + ".lora_up.weight",
                new int[] {5, 6},
                KOHYA_LINEAR + ".alpha",
                new int[] {});
        float alpha = floats(lora, KOHYA_LINEAR + ".alpha")[0];
        assertUpdated(
                LINEAR,
                product(
                        floats(lora, KOHYA_LINEAR + ".lora_up.weight"),
                        floats(lora, KOHYA_LINEAR + ".lora_down.weight"),
                        5,
                        6,
                        7,
                        0.75 * alpha / 6),
                new LoraUse(lora, 0.75));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight"
                        + " unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_B.weight",
                "down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.down.weight"
                        + " down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.up.weight",
                "lora_unet_input_blocks_1_1_transformer_blocks_0_attn2_to_k.lora_down.weight"
                        + " lora_unet_input_blocks_1_1_transformer_blocks_0_attn2_to_k.lora_up.weight"
            })
    void alphaIsTheRankWhereThereIsNone(String names) throws IOException {
        String[] name = names.split(" ");
        LoraFile lora = lora(DType.F32, name[0], new int[] {1, 7}, name[1], new int[] {5, 1});
        assertUpdated(LINEAR, product(floats(lora, name[1]), floats(lora, name[0]), 5, 1, 7, 1), new LoraUse(lora, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"unet.lora_alpha\":2,\"unet.use_rslora\":false,\"unet.alpha_pattern\":{}}', 0.5",
        "'{\"lora_alpha\":6,\"use_rslora\":true}', 3",
        "'{\"text_encoder.lora_alpha\":2}', 1"
    })
    void peftSaysAlphaInTheMetadata(String configuration, double scale) throws IOException {
        String down = "unet." + LINEAR.replace(".weight", ".lora_A.weight");
        String up = "unet." + LINEAR.replace(".weight", ".lora_B.weight");
        LoraFile lora = LoraFile.open(write(
                "lora",
                DType.F32,
                Map.of("lora_adapter_metadata", configuration),
                tensors(down, new int[] {4, 7}, up, new int[] {5, 4})));
        assertUpdated(LINEAR, product(floats(lora, up), floats(lora, down), 5, 4, 7, scale), new LoraUse(lora, 1));
    }

    @Test
    void peftSaysAlphaBesideTheFile() throws IOException {
        String down = "base_model.model." + LINEAR.replace(".weight", ".lora_A.weight");
        String up = "base_model.model." + LINEAR.replace(".weight", ".lora_B.weight");
        Path written = write("lora", DType.F32, Map.of(), tensors(down, new int[] {4, 7}, up, new int[] {5, 4}));
        Path file = Files.move(written, folder.resolve("adapter_model.safetensors"));
        Path configuration = folder.resolve("adapter_config.json");
        Files.writeString(configuration, "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 2}");
        LoraFile lora = LoraFile.open(file);
        assertUpdated(LINEAR, product(floats(lora, up), floats(lora, down), 5, 4, 7, 0.5), new LoraUse(lora, 1));
        Files.writeString(configuration, "{\"lora_alpha\": \"much\"}");
        String message =
                assertThrows(FormatException.class, () -> LoraFile.open(file)).getMessage();
        assertTrue(message.startsWith(configuration.toString()), message);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pointwiseLayersMayBeStoredWithoutTheirKernel(boolean withKernel) throws IOException {
        String down = "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight";
        String up = "lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight";
        LoraFile lora = withKernel
                ? lora(DType.F32, down, new int[] {2, 3, 1, 1}, up, new int[] {6, 2, 1, 1})
                : lora(DType.F32, down, new int[] {2, 3}, up, new int[] {6, 2});
        assertUpdated(POINTWISE, product(floats(lora, up), floats(lora, down), 6, 2, 3, 1), new LoraUse(lora, 1));
    }

    @Test
    void updatesConvolutions() throws IOException {
        String down = "lora_unet_input_blocks_1_0_in_layers_2.lora_down.weight";
        String up = "lora_unet_input_blocks_1_0_in_layers_2.lora_up.weight";
        LoraFile lora = lora(DType.F32, down, new int[] {2, 3, 3, 3}, up, new int[] {4, 2, 1, 1});
        assertUpdated(CONVOLUTION, product(floats(lora, up), floats(lora, down), 4, 2, 27, -1), new LoraUse(lora, -1));
    }

    /** Three convolutions one after another: what comes out of a unit impulse at each place is the kernel. */
    @Test
    void multipliesConvolutionsCutInThree() throws IOException {
        String module = "lora_unet_down_blocks_0_resnets_0_conv1";
        LoraFile lora = lora(
                DType.F32,
                module + ".lora_down.weight",
                new int[] {2, 3, 1, 1},
                module + ".lora_mid.weight",
                new int[] {2, 2, 3, 3},
                module + ".lora_up.weight",
                new int[] {4, 2, 1, 1});
        float[] down = floats(lora, module + ".lora_down.weight");
        float[] mid = floats(lora, module + ".lora_mid.weight");
        float[] up = floats(lora, module + ".lora_up.weight");
        double[] kernel = new double[4 * 3 * 9];
        for (int channel = 0; channel < 3; channel++) {
            for (int place = 0; place < 9; place++) {
                for (int out = 0; out < 4; out++) {
                    for (int second = 0; second < 2; second++) {
                        double middle = 0;
                        for (int first = 0; first < 2; first++) {
                            middle += (double) mid[(second * 2 + first) * 9 + place] * down[first * 3 + channel];
                        }
                        kernel[(out * 3 + channel) * 9 + place] += up[out * 2 + second] * middle;
                    }
                }
            }
        }
        assertUpdated(CONVOLUTION, kernel, new LoraUse(lora, 1));
    }

    @Test
    void severalFilesAddUpInAnyOrder() throws IOException {
        LoraUse first = new LoraUse(linear(3), 0.5);
        LoraUse second = new LoraUse(linear(2), -1.5);
        double[] sum = new double[35];
        for (LoraUse use : List.of(first, second)) {
            double[] one = product(
                    floats(use.file(), KOHYA_LINEAR + ".lora_up.weight"),
                    floats(use.file(), KOHYA_LINEAR + ".lora_down.weight"),
                    5,
                    use.file().entries().getFirst().rank(),
                    7,
                    use.weight());
            Arrays.setAll(sum, i -> sum[i] + one[i]);
        }
        assertUpdated(LINEAR, sum, first, second);
        assertUpdated(LINEAR, sum, second, first);
    }

    @Test
    void rowsAreTheSameWhereverReadingBegins() throws IOException {
        StoredTensor updated =
                apply(new LoraUse(linear(5), 0.7)).parts().get(LoraTarget.UNET).tensor(LINEAR);
        float[] all = updated.floats();
        try (StoredTensor.Rows rows = updated.open()) {
            float[] target = new float[3 + 2 * 7];
            rows.read(3, 5, target, 3);
            assertArrayEquals(Arrays.copyOfRange(all, 21, 35), Arrays.copyOfRange(target, 3, 17));
            assertArrayEquals(new float[3], Arrays.copyOf(target, 3));
        }
    }

    @Test
    void weightZeroIsTheModelItself() throws IOException {
        assertSame(unet, apply(new LoraUse(linear(3), 0)).parts().get(LoraTarget.UNET));
        assertThrows(IllegalArgumentException.class, () -> new LoraUse(linear(3), Double.NaN));
    }

    @Test
    void otherTensorsStayAsTheyAre() throws IOException {
        TensorFile updated = apply(new LoraUse(linear(3), 1)).parts().get(LoraTarget.UNET);
        assertEquals(unet.names(), updated.names());
        assertArrayEquals(
                unet.tensor(CONVOLUTION).floats(), updated.tensor(CONVOLUTION).floats());
        assertThrows(FormatException.class, () -> updated.tensor("none"));
    }

    @Test
    void saysWhatFoundNoPlace() throws IOException {
        LoraFile lora = lora(
                DType.F32,
                KOHYA_LINEAR + ".lora_down.weight",
                new int[] {2, 7},
                KOHYA_LINEAR + ".lora_up.weight",
                new int[] {5, 2},
                "lora_unet_elsewhere.lora_down.weight",
                new int[] {2, 7},
                "lora_unet_elsewhere.lora_up.weight",
                new int[] {5, 2},
                "lora_te2_text_projection.lora_down.weight",
                new int[] {2, 7},
                "lora_te2_text_projection.lora_up.weight",
                new int[] {5, 2},
                "bundle_emb.word.string_to_param.*",
                new int[] {1, 7});
        LoraLeftover leftover = apply(new LoraUse(lora, 1)).leftovers().getFirst();
        assertEquals(
                List.of(
                        "bundle_emb.word.string_to_param.*",
                        "lora_te2_text_projection.lora_down.weight",
                        "lora_unet_elsewhere.lora_down.weight"),
                leftover.names().stream().sorted().toList());
        assertEquals(4, leftover.updates());
        assertTrue(leftover.sentence().contains("3 of 4 entries"), leftover.sentence());
        assertEquals(List.of(), apply(new LoraUse(linear(2), 1)).leftovers());
    }

    @Test
    void refusesAnotherFamily() throws IOException {
        LoraFile wide = lora(
                DType.F32,
                KOHYA_LINEAR + ".lora_down.weight",
                new int[] {2, 11},
                KOHYA_LINEAR + ".lora_up.weight",
                new int[] {5, 2});
        String message = assertThrows(FormatException.class, () -> apply(new LoraUse(wide, 0)))
                .getMessage();
        assertTrue(message.contains("[5, 11], but the model's weight has [5, 7]"), message);
        LoraFile strange = lora(
                DType.F32,
                "lora_unet_double_blocks_0_img_attn_proj.lora_down.weight",
                new int[] {2, 11},
                "lora_unet_double_blocks_0_img_attn_proj.lora_up.weight",
                new int[] {5, 2});
        message = assertThrows(FormatException.class, () -> apply(new LoraUse(strange, 1)))
                .getMessage();
        assertTrue(message.contains("double_blocks_0_img_attn_proj.lora_down.weight [5, 11]"), message);
        assertTrue(message.contains("whose U-Net reads texts of width 7"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_x.dora_scale, DoRA",
        "unet.x.lora_magnitude_vector, DoRA",
        "lora_unet_x.hada_w1_a, LoHa",
        "lora_unet_x.lokr_w1, LoKr",
        "lora_unet_x.oft_blocks, OFT",
        "lora_unet_x.diff_b, a full difference",
        "conv_in.weight, no part of a low-rank update"
    })
    void refusesOtherKindsByName(String tensor, String kind) {
        String message = assertThrows(FormatException.class, () -> lora(DType.F32, tensor, new int[] {2, 2}))
                .getMessage();
        assertTrue(message.contains(tensor) && message.contains(kind), message);
    }

    @ParameterizedTest
    @CsvSource({"4 7, 5 3", "4 7, 5", "4, 5 4", "0 7, 5 0", "4 7, 5 4 3 3"})
    void refusesFactorsThatDoNotFit(String down, String up) {
        String message = assertThrows(
                        FormatException.class,
                        () -> lora(
                                DType.F32,
                                KOHYA_LINEAR + ".lora_down.weight",
                                shape(down),
                                KOHYA_LINEAR + ".lora_up.weight",
                                shape(up)))
                .getMessage();
        assertTrue(message.contains("no low-rank factors"), message);
    }

    @Test
    void refusesHalvesAndPairs() {
        String half = assertThrows(
                        FormatException.class,
                        () -> lora(DType.F32, KOHYA_LINEAR + ".lora_down.weight", new int[] {2, 7}))
                .getMessage();
        assertTrue(half.contains("incomplete"), half);
        String twice = assertThrows(
                        FormatException.class,
                        () -> lora(
                                DType.F32,
                                KOHYA_LINEAR + ".lora_down.weight",
                                new int[] {2, 7},
                                "unet." + LINEAR.replace(".weight", ".lora_A.weight"),
                                new int[] {2, 7}))
                .getMessage();
        assertTrue(twice.contains("twice"), twice);
        assertThrows(FormatException.class, () -> lora(DType.F32));
    }

    @Test
    void refusesWhatIsNoNumber() throws IOException {
        Path path = folder.resolve("nan.safetensors");
        SafetensorsWriter.write(
                path,
                List.of(
                        NamedArray.ofFloats(KOHYA_LINEAR + ".lora_down.weight", new int[] {1, 7}, new float[] {
                            0, 0, 0, Float.NaN, 0, 0, 0
                        }),
                        NamedArray.ofFloats(KOHYA_LINEAR + ".lora_up.weight", new int[] {5, 1}, new float[5])),
                Map.of());
        String message =
                assertThrows(FormatException.class, () -> LoraFile.open(path)).getMessage();
        assertTrue(message.contains("lora_down.weight") && message.contains("NaN"), message);
        SafetensorsWriter.write(
                path,
                List.of(
                        NamedArray.ofFloats(KOHYA_LINEAR + ".lora_down.weight", new int[] {1, 7}, new float[7]),
                        NamedArray.ofFloats(KOHYA_LINEAR + ".lora_up.weight", new int[] {5, 1}, new float[5]),
                        NamedArray.ofFloats(
                                KOHYA_LINEAR + ".alpha", new int[] {}, new float[] {Float.POSITIVE_INFINITY})),
                Map.of());
        assertThrows(FormatException.class, () -> LoraFile.open(path));
    }

    private LoraFile linear(int rank) throws IOException {
        return lora(
                DType.F32,
                KOHYA_LINEAR + ".lora_down.weight",
                new int[] {rank, 7},
                KOHYA_LINEAR + ".lora_up.weight",
                new int[] {5, rank});
    }

    private LoraModel apply(LoraUse... uses) throws IOException {
        return LoraModel.apply(Map.of(LoraTarget.UNET, unet), List.of(uses));
    }

    private void assertUpdated(String name, double[] update, LoraUse... uses) throws IOException {
        float[] base = unet.tensor(name).floats();
        float[] updated = apply(uses).parts().get(LoraTarget.UNET).tensor(name).floats();
        assertEquals(update.length, updated.length);
        for (int i = 0; i < base.length; i++) {
            assertEquals(base[i] + update[i], updated[i], 2e-6, name + " at " + i);
        }
    }

    private static double[] product(float[] up, float[] down, int out, int rank, int in, double scale) {
        double[] product = new double[out * in];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                for (int r = 0; r < rank; r++) {
                    product[o * in + i] += scale * up[o * rank + r] * down[r * in + i];
                }
            }
        }
        return product;
    }

    private LoraFile lora(DType dtype, Object... namesAndShapes) throws IOException {
        return LoraFile.open(write("lora", dtype, Map.of(), tensors(namesAndShapes)));
    }

    private static float[] floats(LoraFile lora, String name) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(lora.path())) {
            return file.tensor(name).floats();
        }
    }

    private static List<NamedArray> tensors(Object... namesAndShapes) {
        List<NamedArray> tensors = new ArrayList<>();
        for (int i = 0; i < namesAndShapes.length; i += 2) {
            int[] shape = (int[]) namesAndShapes[i + 1];
            tensors.add(NamedArray.ofFloats(
                    (String) namesAndShapes[i],
                    shape,
                    new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)]));
        }
        return tensors;
    }

    private Path write(String name, DType dtype, Map<String, String> metadata, List<NamedArray> zeros)
            throws IOException {
        Path path = folder.resolve(name + random.nextInt(Integer.MAX_VALUE) + ".safetensors");
        List<NamedArray> filled = new ArrayList<>();
        for (NamedArray tensor : zeros) {
            float[] values = ((float[]) tensor.data()).clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat(-1, 1);
            }
            filled.add(new NamedArray(tensor.name(), dtype, tensor.shape(), values));
        }
        SafetensorsWriter.write(path, filled, metadata);
        return path;
    }

    private static int[] shape(String sizes) {
        return Arrays.stream(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
