package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.timing.KernelCall;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.Parameters;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the layer that a kernel worked for by the weight that the kernel was given. */
final class LayerNames {
    /**
     * A layer's name in two parts.
     *
     * @param block such as {@code down_blocks.0.attentions.0}
     * @param within the rest, such as {@code transformer_blocks.0.attn1.to_q}; may be empty
     */
    record Layer(String block, String within) {
        private static final Pattern BLOCK =
                Pattern.compile("((?:.*?\\.)?(?:resnets|attentions|downsamplers|upsamplers)\\.\\d+)(?:\\.(.*))?");

        static Layer of(String parameter) {
            String layer = parameter.substring(0, Math.max(0, parameter.lastIndexOf('.')));
            Matcher matcher = BLOCK.matcher(layer);
            if (matcher.matches()) {
                return new Layer(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
            }
            int dot = layer.lastIndexOf('.');
            return dot < 0 ? new Layer(layer, "") : new Layer(layer.substring(0, dot), layer.substring(dot + 1));
        }
    }

    private final List<Parameter> parameters;

    LayerNames(Parameters parameters) {
        this.parameters = parameters.list();
    }

    /** The layer of a call; empty for work without weights, such as attention and sums. */
    Optional<Layer> of(KernelCall call) {
        return call.weight()
                .flatMap(weight -> parameters.stream()
                        .filter(parameter -> belongs(parameter, weight))
                        .findFirst()
                        .map(parameter -> Layer.of(parameter.name())));
    }

    private static boolean belongs(Parameter parameter, Object weight) {
        return switch (weight) {
            case PackedOperand packed -> parameter.isPackedAs(packed);
            // Only vectors are used as they are; asking others for their values would read them from the file.
            case float[] values ->
                parameter.shape().rank() == 1 && parameter.value().data() == values;
            default -> false;
        };
    }
}
