package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.kernel.Activation;
import java.util.Collections;
import java.util.List;

/** The published models' topologies with few channels: what names and shapes tell, and nothing that they do not. */
final class TinyArchitectures {
    private TinyArchitectures() {}

    static Architecture of(PublishedModel model) {
        Architecture large = model.architecture();
        UNetConfig u = large.unet();
        List<Integer> channels =
                u.channels().stream().map(width -> width < 640 ? 64 : 128).toList();
        boolean xl = large.family().isXl();
        List<ClipTextConfig> texts = xl
                ? List.of(text(64, 2, Activation.QUICK_GELU, 0), text(128, 3, Activation.GELU, 96))
                : large.texts().stream()
                        .map(text -> text(128, 2, text.activation(), 0))
                        .toList();
        UNetConfig unet = new UNetConfig(
                u.inChannels(),
                u.outChannels(),
                u.sampleSize(),
                channels,
                u.downAttention(),
                u.upAttention(),
                u.layersPerBlock(),
                u.linearProjection()
                        ? channels.stream().map(width -> width / 64).toList()
                        : Collections.nCopies(channels.size(), 8),
                texts.stream().mapToInt(ClipTextConfig::width).sum(),
                32,
                u.normEpsilon(),
                u.linearProjection(),
                u.transformerLayers().stream().map(depth -> Math.min(depth, 3)).toList(),
                u.middle(),
                u.added().map(_ -> new UNetConfig.Added(96, 16)),
                u.guidanceWidth());
        VaeConfig v = large.vae();
        VaeConfig vae = new VaeConfig(3, 4, List.of(32, 32, 64, 64), 2, 32, v.sampleSize(), v.scalingFactor());
        return new Architecture(large.family(), unet, vae, texts, large.scheduler());
    }

    private static ClipTextConfig text(int width, int layers, Activation activation, int projection) {
        return new ClipTextConfig(49408, width, 2 * width, width / 64, layers, 77, activation, 1e-5, 49407, projection);
    }
}
