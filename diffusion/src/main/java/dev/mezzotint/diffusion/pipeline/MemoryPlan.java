package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.Tiling;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.ParameterFiles;
import java.io.IOException;
import java.util.Optional;

/**
 * The memory that drawing a picture takes, known from names, shapes and sizes before a weight is read. Text encoders make
 * room for the U-Net, whose buffers make room for the VAE's.
 *
 * @param weights bytes of the U-Net's and the VAE's, as the kernels keep them
 * @param texts bytes of the text encoders'
 * @param buffers the most bytes that activations take at once, and what is remembered of the texts
 */
public record MemoryPlan(long weights, long texts, long buffers) {
    private static final long MEBIBYTE = 1 << 20;

    /**
     * Room for what the plan does not count: the latents, kernels' scratch, vocabulary, pictures, the collector's slack.
     * Measured.
     */
    private static final long SLACK = 160 * MEBIBYTE;

    /** What the Java VM takes beside its heap: code, classes, threads, and the piece of a file that is mapped. Measured. */
    private static final long OUTSIDE = 190 * MEBIBYTE;

    /** The young generation: small, so that weights and buffers go to the old one at once. */
    private static final int YOUNG_MEBIBYTES = 48;

    /**
     * Plans.
     *
     * @param width of the picture
     * @param height of the picture
     * @param conditions of a step: 2 with guidance and one prompt
     * @param fromPicture whether a picture is encoded first
     * @param tiled whether the VAE works on tiles
     * @throws IOException if a tensor is missing or has another shape than the configuration says
     */
    public static MemoryPlan of(
            StoredModel stored, int width, int height, int conditions, boolean fromPicture, boolean tiled)
            throws IOException {
        long texts = 0;
        int keys = 0;
        for (StoredModel.Text text : stored.texts()) {
            ClipTextConfig config = text.config();
            ClipTextEncoder encoder = new ClipTextEncoder(config);
            ParameterFiles.bind(text.tensors(), encoder.parameters());
            texts += encoder.parameters().bytes();
            keys = config.positions();
        }
        UNet unet = new UNet(stored.unet().config());
        ParameterFiles.bind(stored.unet().tensors(), unet.parameters());
        long weights = unet.parameters().bytes();
        long buffers = 0;
        int factor = 1;
        if (stored.vae().isPresent()) {
            StoredModel.Vae part = stored.vae().get();
            Autoencoder vae = new Autoencoder(part.config());
            ParameterFiles.bind(part.tensors(), vae.parameters());
            factor = part.config().factor();
            Optional<Tiling> tiles = tiled ? Optional.of(Tiling.of(part.config())) : Optional.empty();
            int largest = tiles.map(Tiling::pixels).orElse(Integer.MAX_VALUE);
            int high = Math.min(height, largest);
            int wide = Math.min(width, largest);
            buffers = vae.decodePlan(1, high / factor, wide / factor).peakUsedBytes();
            if (fromPicture) {
                buffers = Math.max(buffers, vae.encodePlan(1, high, wide).peakUsedBytes());
            }
            weights += vae.parameters().list().stream()
                    .filter(parameter -> fromPicture || !encodes(parameter))
                    .mapToLong(Parameter::bytes)
                    .sum();
        }
        buffers = Math.max(buffers, unet.bufferBytes(1, conditions, height / factor, width / factor, keys));
        // The text's keys and values may live on while the picture is decoded.
        return new MemoryPlan(weights, texts, buffers + unet.contextBytes(conditions, keys));
    }

    private static boolean encodes(Parameter parameter) {
        return parameter.name().startsWith("encoder.") || parameter.name().startsWith("quant_conv.");
    }

    /** Bytes of Java's heap. */
    public long heapBytes() {
        return Math.max(weights + buffers, texts) + SLACK;
    }

    /** Bytes that the operating system sees at the worst moment, resident. */
    public long residentBytes() {
        return heapBytes() + OUTSIDE;
    }

    /** Options for the Java VM with which the heap is as large as that. */
    public String javaOptions() {
        return "-Xmx" + ((heapBytes() + MEBIBYTE - 1) / MEBIBYTE + YOUNG_MEBIBYTES) + "m -Xmn" + YOUNG_MEBIBYTES + "m";
    }
}
