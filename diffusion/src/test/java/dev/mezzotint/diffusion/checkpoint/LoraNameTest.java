package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraNameTest {
    @ParameterizedTest
    @CsvSource({
        "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight, UNET, mid_block_attentions_0_proj_in, DOWN",
        "lora_unet_input_blocks_4_1_proj_in.lora_up.weight, UNET, input_blocks_4_1_proj_in, UP",
        "lora_unet_input_blocks_1_0_in_layers_2.lora_mid.weight, UNET, input_blocks_1_0_in_layers_2, MID",
        "lora_te_text_model_encoder_layers_0_mlp_fc1.alpha, TEXT_ENCODER, text_model_encoder_layers_0_mlp_fc1, ALPHA",
        "lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_up.weight, TEXT_ENCODER,"
                + " text_model_encoder_layers_0_mlp_fc1, UP",
        "lora_te2_text_projection.lora_down.weight, TEXT_ENCODER_2, text_projection, DOWN",
        "unet.mid_block.attentions.0.attn1.to_out.0.lora_A.weight, UNET, mid_block_attentions_0_attn1_to_out_0, DOWN",
        "unet.conv_in.lora_B.weight, UNET, conv_in, UP",
        "unet.conv_in.alpha, UNET, conv_in, ALPHA",
        "text_encoder.text_model.encoder.layers.1.self_attn.q_proj.lora_B.weight, TEXT_ENCODER,"
                + " text_model_encoder_layers_1_self_attn_q_proj, UP",
        "text_encoder_2.encoder.layers.1.mlp.fc2.lora_A.default.weight, TEXT_ENCODER_2, encoder_layers_1_mlp_fc2, DOWN",
        "unet.mid_block.attn1.to_q.lora.down.weight, UNET, mid_block_attn1_to_q, DOWN",
        "unet.mid_block.attn1.processor.to_q_lora.up.weight, UNET, mid_block_attn1_to_q, UP",
        "mid_block.attn1.processor.to_out_lora.down.weight, UNET, mid_block_attn1_to_out_0, DOWN",
        "text_encoder.layers.0.self_attn.to_k_lora.up.weight, TEXT_ENCODER, layers_0_self_attn_k_proj, UP",
        "text_encoder.layers.0.self_attn.to_out_lora.up.weight, TEXT_ENCODER, layers_0_self_attn_out_proj, UP",
        "text_encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight, TEXT_ENCODER,"
                + " layers_0_self_attn_q_proj, DOWN",
        "diffusion_model.input_blocks.1.1.proj_in.lora_A.weight, UNET, input_blocks_1_1_proj_in, DOWN",
        "base_model.model.mid_block.attentions.0.proj_in.lora_B.weight, UNET, mid_block_attentions_0_proj_in, UP",
        "base_model.model.text_model.encoder.layers.1.mlp.fc2.lora_A.weight, TEXT_ENCODER,"
                + " text_model_encoder_layers_1_mlp_fc2, DOWN"
    })
    void readsNames(String name, LoraTarget target, String module, LoraName.Role role) {
        assertEquals(Optional.of(new LoraName(target, module, role)), LoraName.parse(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_unet_conv_in.dora_scale",
                "lora_unet_conv_in.hada_w1_a",
                "unet.conv_in.weight",
                "unet.conv_in.lora_B.bias",
                "bundle_emb.x.string_to_param.*"
            })
    void knowsWhatIsNone(String name) {
        assertEquals(Optional.empty(), LoraName.parse(name));
    }
}
