package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdmNamesTest {
    /** Stable Diffusion 1.5's blocks: attention in all levels but the coarsest. */
    private static final LdmNames SD15 = LdmNames.ofUNet(2, List.of(true, true, true, false));

    @ParameterizedTest
    @CsvSource({
        "conv_in.weight, input_blocks.0.0.weight",
        "down_blocks.0.resnets.0.conv1.weight, input_blocks.1.0.in_layers.2.weight",
        "down_blocks.0.attentions.1.proj_in.weight, input_blocks.2.1.proj_in.weight",
        "down_blocks.0.downsamplers.0.conv.weight, input_blocks.3.0.op.weight",
        "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight, input_blocks.4.1.transformer_blocks.0.attn1.to_q.weight",
        "down_blocks.2.attentions.1.norm.weight, input_blocks.8.1.norm.weight",
        "down_blocks.3.resnets.1.time_emb_proj.weight, input_blocks.11.0.emb_layers.1.weight",
        "mid_block.resnets.0.norm1.weight, middle_block.0.in_layers.0.weight",
        "mid_block.attentions.0.proj_out.weight, middle_block.1.proj_out.weight",
        "mid_block.resnets.1.norm2.weight, middle_block.2.out_layers.0.weight",
        "up_blocks.0.resnets.2.conv_shortcut.weight, output_blocks.2.0.skip_connection.weight",
        "up_blocks.0.upsamplers.0.conv.weight, output_blocks.2.1.conv.weight",
        "up_blocks.1.upsamplers.0.conv.weight, output_blocks.5.2.conv.weight",
        "up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj.bias,"
                + " output_blocks.11.1.transformer_blocks.0.ff.net.0.proj.bias",
        "time_embedding.linear_2.weight, time_embed.2.weight",
        "add_embedding.linear_1.weight, label_emb.0.0.weight",
        "conv_out.weight, out.2.weight"
    })
    void countsBlocksThrough(String name, String original) {
        assertEquals(original, SD15.of(name));
    }

    @Test
    void whatTheOriginalLacksHasNoName() {
        assertEquals(Optional.empty(), SD15.find("class_embedding.linear_1.weight"));
        assertThrows(IllegalArgumentException.class, () -> SD15.of("down_blocks.0.resnets.0.dropout.weight"));
    }
}
