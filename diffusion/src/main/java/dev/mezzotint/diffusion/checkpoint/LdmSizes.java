package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sizes of models in the original names, from names and shapes alone. What those do not tell is as all published
 * models have it: 32 norm groups; heads of 64 channels, but 8 heads everywhere in U-Nets of the first generation, whose
 * maps around the transformers are 1×1 convolutions.
 */
final class LdmSizes {
    private static final int NORM_GROUPS = 32;
    private static final double NORM_EPSILON = 1e-5;
    private static final int HEAD_WIDTH = 64;
    private static final int FIRST_GENERATION_HEADS = 8;
    private static final int SIZE_WIDTH = 256;

    private final TensorFile file;
    private final NameTree names;

    LdmSizes(TensorFile file) {
        this.file = file;
        names = NameTree.of(file);
    }

    /** One level's blocks, as they come. */
    private record Level(int width, List<Integer> depths) {}

    /**
     * A U-Net's sizes.
     *
     * @param root where it is, such as {@code model.diffusion_model}
     * @param sampleSize height and width of its latents
     * @param pooledWidth width of a text's summary, for models that are told it
     */
    UNetConfig unet(String root, int sampleSize, int pooledWidth) throws FormatException {
        NameTree unet = names.at(root);
        int[] first = unet.shape("input_blocks.0.0.weight", 4);
        int[] last = unet.shape("out.2.weight", 4);
        List<Level> downs = downs(unet);
        int levels = downs.size();
        int layers = downs.getFirst().depths.size();
        List<Level> ups = ups(unet, levels, layers + 1).reversed();
        boolean middle = unet.has("middle_block");
        int middleDepth = depth(unet, "middle_block.1");
        List<Integer> depths = new ArrayList<>();
        for (int level = 0; level < levels; level++) {
            Level down = downs.get(level);
            List<Integer> found = new ArrayList<>(down.depths);
            found.addAll(ups.get(level).depths);
            if (middle && level == levels - 1) {
                found.add(middleDepth);
            }
            List<Integer> attending =
                    found.stream().filter(depth -> depth > 0).distinct().toList();
            if (down.depths.size() != layers
                    || attending.size() > 1
                    || down.depths.stream().distinct().count() > 1
                    || ups.get(level).depths.stream().distinct().count() > 1) {
                throw new FormatException(file.path() + ": the U-Net's blocks at level " + level
                        + " differ from each other (transformer layers " + found
                        + "), which is not supported; use a model whose blocks are alike at each level");
            }
            depths.add(attending.isEmpty() ? 1 : attending.getFirst());
        }
        boolean linear = linear(unet, levels * (layers + 1));
        List<Integer> channels = downs.stream().map(Level::width).toList();
        return checked(() -> new UNetConfig(
                first[1],
                last[0],
                sampleSize,
                channels,
                downs.stream().map(down -> down.depths.getFirst() > 0).toList(),
                ups.stream().map(up -> up.depths.getFirst() > 0).toList(),
                layers,
                channels.stream()
                        .map(width -> linear ? width / HEAD_WIDTH : FIRST_GENERATION_HEADS)
                        .toList(),
                contextWidth(unet, levels * (layers + 1)),
                NORM_GROUPS,
                NORM_EPSILON,
                linear,
                depths,
                middle,
                added(unet, pooledWidth),
                unet.has("time_embed.cond_proj") ? unet.shape("time_embed.cond_proj.weight", 2)[1] : 0));
    }

    private List<Level> downs(NameTree unet) throws FormatException {
        List<Level> levels = new ArrayList<>();
        List<Integer> depths = new ArrayList<>();
        int width = 0;
        int blocks = unet.count("input_blocks");
        for (int i = 1; i < blocks; i++) {
            String block = "input_blocks." + i;
            if (unet.has(block + ".0.op")) {
                levels.add(new Level(width, List.copyOf(depths)));
                depths.clear();
            } else {
                width = width(unet, block);
                depths.add(depth(unet, block + ".1"));
            }
        }
        levels.add(new Level(width, List.copyOf(depths)));
        if (levels.stream().anyMatch(level -> level.depths.isEmpty())) {
            throw new FormatException(file.path() + ": the U-Net has " + blocks
                    + " input blocks, among which one is missing; the file is incomplete, get the model anew");
        }
        return levels;
    }

    private List<Level> ups(NameTree unet, int levels, int layers) throws FormatException {
        int blocks = unet.count("output_blocks");
        if (blocks != levels * layers) {
            throw new FormatException(file.path() + ": the U-Net has " + blocks + " output blocks where "
                    + levels * layers + " go with its input blocks; the file is incomplete, get the model anew");
        }
        List<Level> ups = new ArrayList<>();
        for (int level = 0; level < levels; level++) {
            List<Integer> depths = new ArrayList<>();
            for (int i = 0; i < layers; i++) {
                depths.add(depth(unet, "output_blocks." + (level * layers + i) + ".1"));
            }
            ups.add(new Level(width(unet, "output_blocks." + level * layers), depths));
        }
        return ups;
    }

    private static int width(NameTree unet, String block) throws FormatException {
        return unet.shape(block + ".0.out_layers.3.weight", 4)[0];
    }

    private static int depth(NameTree unet, String transformer) {
        return unet.count(transformer + ".transformer_blocks");
    }

    /** Whether the maps around the transformers are linear layers; those of the first generation are convolutions. */
    private static boolean linear(NameTree unet, int outputs) throws FormatException {
        return unet.shape(attending(unet, outputs) + ".proj_in.weight", 2, 4).length == 2;
    }

    private static int contextWidth(NameTree unet, int outputs) throws FormatException {
        return unet.shape(attending(unet, outputs) + ".transformer_blocks.0.attn2.to_k.weight", 2)[1];
    }

    /** One of the blocks that attend to the text; were there none, the name says what is missing. */
    private static String attending(NameTree unet, int outputs) {
        for (int i = 0; i < outputs; i++) {
            if (depth(unet, "output_blocks." + i + ".1") > 0) {
                return "output_blocks." + i + ".1";
            }
        }
        return "middle_block.1";
    }

    private static Optional<UNetConfig.Added> added(NameTree unet, int pooledWidth) throws FormatException {
        if (!unet.has("label_emb")) {
            return Optional.empty();
        }
        int width = unet.shape("label_emb.0.0.weight", 2)[1];
        int sizes = (width - pooledWidth) / 6;
        // Should the two not go together, the published width makes the shapes' comparison say so.
        return Optional.of(new UNetConfig.Added(pooledWidth, sizes > 0 ? sizes : SIZE_WIDTH));
    }

    /** The sizes of a VAE at {@code root}. */
    VaeConfig vae(String root, int sampleSize, double scalingFactor) throws FormatException {
        NameTree vae = names.at(root);
        List<Integer> channels = new ArrayList<>();
        int levels = vae.count("encoder.down");
        for (int level = 0; level < levels; level++) {
            channels.add(vae.shape("encoder.down." + level + ".block.0.conv2.weight", 4)[0]);
        }
        int images = vae.shape("encoder.conv_in.weight", 4)[1];
        int latents = vae.shape("decoder.conv_in.weight", 4)[1];
        int layers = vae.count("encoder.down.0.block");
        return checked(() -> new VaeConfig(images, latents, channels, layers, NORM_GROUPS, sampleSize, scalingFactor));
    }

    /** The sizes of a CLIP text encoder in transformers' names; {@code root} ends before the embeddings. */
    ClipTextConfig clip(String root) throws FormatException {
        NameTree text = names.at(root);
        int[] tokens = text.shape("embeddings.token_embedding.weight", 2);
        int positions = text.shape("embeddings.position_embedding.weight", 2)[0];
        int feedForward = text.shape("encoder.layers.0.mlp.fc1.weight", 2)[0];
        int layers = text.count("encoder.layers");
        return checked(() -> text(tokens, feedForward, layers, positions, Activation.QUICK_GELU, 0));
    }

    /**
     * The sizes of an OpenCLIP text encoder.
     *
     * @param skippedLayers how many of the last layers nobody uses
     * @param projected whether its projection is used
     */
    ClipTextConfig openClip(String root, int skippedLayers, boolean projected) throws FormatException {
        NameTree text = names.at(root);
        int[] tokens = text.shape("token_embedding.weight", 2);
        int positions = text.shape("positional_embedding", 2)[0];
        int feedForward = text.shape("transformer.resblocks.0.mlp.c_fc.weight", 2)[0];
        int layers = text.count("transformer.resblocks") - skippedLayers;
        int projection = projected ? text.shape("text_projection", 2)[1] : 0;
        return checked(() -> text(tokens, feedForward, layers, positions, Activation.GELU, projection));
    }

    private static ClipTextConfig text(
            int[] tokens, int feedForward, int layers, int positions, Activation activation, int projection) {
        return new ClipTextConfig(
                tokens[0],
                tokens[1],
                feedForward,
                tokens[1] / HEAD_WIDTH,
                layers,
                positions,
                activation,
                1e-5,
                tokens[0] - 1,
                projection);
    }

    @FunctionalInterface
    private interface Sizes<T> {
        T make() throws FormatException;
    }

    private <T> T checked(Sizes<T> sizes) throws FormatException {
        try {
            return sizes.make();
        } catch (IllegalArgumentException e) {
            throw new FormatException(
                    file.path() + " is no model whose sizes are supported: " + e.getMessage()
                            + "; use a model folder in diffusers' layout, which says its sizes",
                    e);
        }
    }
}
