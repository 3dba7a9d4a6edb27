package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.AtomicFolder;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.StoredTensorWriter;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tiny autoencoder of Stable Diffusion (TAESD, Boer Bohan 2023) with random weights: both halves in diffusers'
 * folder, the decoder alone as the original's single file. The two halves mirror each other.
 */
final class SyntheticTinyAutoencoder implements Synthetic {
    static final String LABEL = "taesd";

    private static final Map<String, String> METADATA = Map.of("format", "pt");
    private static final int WIDTH = 64;
    private static final int LATENTS = 4;
    private static final int COLOURS = 3;
    private static final List<Integer> DECODER_BLOCKS = List.of(3, 3, 3, 1);

    private final DType dtype;
    private final long seed;

    SyntheticTinyAutoencoder(DType dtype, long seed) {
        this.dtype = dtype;
        this.seed = seed;
    }

    @Override
    public String description() {
        return "TAESD";
    }

    @Override
    public boolean readsText() {
        return false;
    }

    @Override
    public long writeFolder(Path folder, Optional<Path> vocabulary) throws IOException {
        if (vocabulary.isPresent()) {
            throw new IllegalArgumentException("a tiny autoencoder reads no text; leave the vocabulary away");
        }
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(encoder());
        tensors.putAll(decoder("decoder.layers.", 0));
        AtomicFolder.write(folder, into -> {
            JsonFile.write(into.resolve("config.json"), config());
            StoredTensorWriter.write(into.resolve("diffusion_pytorch_model.safetensors"), tensors, METADATA);
        });
        return StoredTensorWriter.bytes(tensors) / dtype.bytes();
    }

    @Override
    public long writeFile(Path file) throws IOException {
        // There the limiter of latents is layer 0.
        Map<String, StoredTensor> tensors = decoder("", 1);
        StoredTensorWriter.write(file, tensors, METADATA);
        return StoredTensorWriter.bytes(tensors) / dtype.bytes();
    }

    private Map<String, StoredTensor> encoder() {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        String root = "encoder.layers.";
        put(tensors, root + "0", root + "0", COLOURS, WIDTH, true);
        int layer = 1;
        for (int level = 0; level < DECODER_BLOCKS.size(); level++) {
            if (level > 0) {
                put(tensors, root + layer, root + layer, WIDTH, WIDTH, false);
                layer++;
            }
            for (int i = 0; i < DECODER_BLOCKS.reversed().get(level); i++, layer++) {
                putBlock(tensors, root + layer, root + layer);
            }
        }
        put(tensors, root + layer, root + layer, WIDTH, LATENTS, true);
        return tensors;
    }

    /** The decoder's tensors; their values follow from diffusers' names. */
    private Map<String, StoredTensor> decoder(String root, int shift) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        String own = "decoder.layers.";
        put(tensors, root + shift, own + "0", LATENTS, WIDTH, true);
        int layer = 2; // behind the first convolution comes its activation
        for (int level = 0; level < DECODER_BLOCKS.size(); level++) {
            for (int i = 0; i < DECODER_BLOCKS.get(level); i++, layer++) {
                putBlock(tensors, root + (layer + shift), own + layer);
            }
            if (level < DECODER_BLOCKS.size() - 1) {
                layer++; // the enlargement
                put(tensors, root + (layer + shift), own + layer, WIDTH, WIDTH, false);
                layer++;
            }
        }
        put(tensors, root + (layer + shift), own + layer, WIDTH, COLOURS, true);
        return tensors;
    }

    private void putBlock(Map<String, StoredTensor> tensors, String name, String own) {
        for (String part : List.of(".conv.0", ".conv.2", ".conv.4")) {
            put(tensors, name + part, own + part, WIDTH, WIDTH, true);
        }
    }

    private void put(Map<String, StoredTensor> tensors, String name, String own, int in, int out, boolean bias) {
        int[] shape = {out, in, 3, 3};
        tensors.put(name + ".weight", random(own + ".weight", shape, RandomWeights.spread(shape)));
        if (bias) {
            tensors.put(name + ".bias", random(own + ".bias", new int[] {out}, RandomWeights.BIAS_SPREAD));
        }
    }

    private StoredTensor random(String name, int[] shape, float spread) {
        return new RandomTensor(name, dtype, shape, RandomTensor.seed(seed, name), 0, spread);
    }

    private static Json config() {
        Map<String, Json> config = new LinkedHashMap<>();
        config.put("_class_name", Json.of("AutoencoderTiny"));
        config.put("act_fn", Json.of("relu"));
        config.put(
                "decoder_block_out_channels",
                numbers(DECODER_BLOCKS.stream().map(_ -> WIDTH).toList()));
        config.put(
                "encoder_block_out_channels",
                numbers(DECODER_BLOCKS.stream().map(_ -> WIDTH).toList()));
        config.put("force_upcast", Json.of(false));
        config.put("in_channels", Json.of(COLOURS));
        config.put("latent_channels", Json.of(LATENTS));
        config.put("latent_magnitude", Json.of(3));
        config.put("latent_shift", Json.of(0.5));
        config.put("num_decoder_blocks", numbers(DECODER_BLOCKS));
        config.put("num_encoder_blocks", numbers(DECODER_BLOCKS.reversed()));
        config.put("out_channels", Json.of(COLOURS));
        config.put("scaling_factor", Json.of(1.0));
        config.put("upsampling_scaling_factor", Json.of(2));
        return Json.object(config);
    }

    private static Json numbers(List<Integer> values) {
        return Json.array(
                values.stream().map(value -> Json.of(value.intValue())).toList());
    }
}
