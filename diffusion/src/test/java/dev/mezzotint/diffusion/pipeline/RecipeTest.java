package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RecipeTest {
    @Test
    void readsAsTheWebInterfacesWriteIt() {
        Recipe recipe =
                new Recipe("a red cube", "blurry", 20, "ddim", 7.5, 42, 64, 48, "builtin", Map.of(), "mezzotint 1");
        assertEquals("""
                a red cube
                Negative prompt: blurry
                Steps: 20, Sampler: ddim, CFG scale: 7.5, Seed: 42, Size: 64x48, Model: builtin, Version: mezzotint 1""", recipe.text());
    }

    @Test
    void leavesOutWhatThereIsNot() {
        Recipe recipe =
                new Recipe("a", "", 1, "ddpm", 10, -1, 8, 8, "m", Map.of("Initial latents", "start.safetensors"), "v");
        assertEquals(
                "a\nSteps: 1, Sampler: ddpm, CFG scale: 10, Seed: -1, Size: 8x8, Model: m,"
                        + " Initial latents: start.safetensors, Version: v",
                recipe.text());
    }
}
