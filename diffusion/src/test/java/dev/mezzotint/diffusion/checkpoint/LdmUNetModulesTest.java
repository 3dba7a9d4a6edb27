package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdmUNetModulesTest {
    private static LdmUNetModules sd15;

    /** Stable Diffusion 1.5's blocks: attention in all levels but the coarsest. */
    @BeforeAll
    static void describe() {
        Set<String> modules = new HashSet<>();
        for (int level = 0; level < 4; level++) {
            for (int i = 0; i < 3; i++) {
                modules.add("up_blocks." + level + ".resnets." + i + ".conv1");
                if (level > 0) {
                    modules.add("up_blocks." + level + ".attentions." + i + ".proj_in");
                }
                if (i < 2) {
                    modules.add("down_blocks." + level + ".resnets." + i + ".conv1");
                }
            }
        }
        sd15 = new LdmUNetModules(modules);
    }

    @ParameterizedTest
    @CsvSource({
        "conv_in, input_blocks.0.0",
        "down_blocks.0.resnets.0.conv1, input_blocks.1.0.in_layers.2",
        "down_blocks.0.attentions.1.proj_in, input_blocks.2.1.proj_in",
        "down_blocks.0.downsamplers.0.conv, input_blocks.3.0.op",
        "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q, input_blocks.4.1.transformer_blocks.0.attn1.to_q",
        "down_blocks.2.attentions.1.norm, input_blocks.8.1.norm",
        "down_blocks.3.resnets.1.time_emb_proj, input_blocks.11.0.emb_layers.1",
        "mid_block.resnets.0.norm1, middle_block.0.in_layers.0",
        "mid_block.attentions.0.proj_out, middle_block.1.proj_out",
        "mid_block.resnets.1.norm2, middle_block.2.out_layers.0",
        "up_blocks.0.resnets.2.conv_shortcut, output_blocks.2.0.skip_connection",
        "up_blocks.0.upsamplers.0.conv, output_blocks.2.1.conv",
        "up_blocks.1.upsamplers.0.conv, output_blocks.5.2.conv",
        "up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj,"
                + " output_blocks.11.1.transformer_blocks.0.ff.net.0.proj",
        "time_embedding.linear_2, time_embed.2",
        "add_embedding.linear_1, label_emb.0.0",
        "conv_out, out.2"
    })
    void countsBlocksThrough(String module, String original) {
        assertEquals(Optional.of(original), sd15.name(module));
    }

    @Test
    void whatTheOriginalLacksHasNoName() {
        assertEquals(Optional.empty(), sd15.name("class_embedding.linear_1"));
        assertEquals(Optional.empty(), sd15.name("down_blocks.0.resnets.0.dropout"));
    }

    @Test
    void findsEveryTensorOfAModelInBothForms() throws IOException {
        Path folder = Golden.beside("single_file").folder();
        try (SafetensorsFile unet = SafetensorsFile.open(
                        folder.resolve("model/unet/diffusion_pytorch_model.safetensors"));
                SafetensorsFile original = SafetensorsFile.open(folder.resolve("model_ldm.safetensors"))) {
            LdmUNetModules names = new LdmUNetModules(
                    unet.names().stream().map(LdmUNetModulesTest::module).collect(Collectors.toSet()));
            Set<String> found = new HashSet<>();
            for (String name : unet.names()) {
                String module = module(name);
                String there = "model.diffusion_model." + names.name(module).orElseThrow()
                        + name.substring(module.length());
                StoredTensor expected = original.tensor(there);
                StoredTensor tensor = unet.tensor(name);
                assertArrayEquals(LoraEntry.withoutUnitKernel(expected.shape()),
                        LoraEntry.withoutUnitKernel(tensor.shape()), name);
                assertArrayEquals(expected.floats(), rounded(tensor.floats()), name);
                found.add(there);
            }
            assertEquals(
                    original.names().stream().filter(n -> n.startsWith("model.diffusion_model.")).collect(Collectors.toSet()),
                    found);
        }
    }

    private static String module(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static float[] rounded(float[] values) {
        float[] half = new float[values.length];
        for (int i = 0; i < half.length; i++) {
            half[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
        return half;
    }
}
