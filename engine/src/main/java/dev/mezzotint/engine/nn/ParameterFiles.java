package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.shape.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Models in and out of safetensors files. */
public final class ParameterFiles {
    private ParameterFiles() {}

    /**
     * Fills all parameters from a file. Tensors of the file that no parameter asks for are left alone.
     *
     * @throws FormatException if a tensor is missing or has another shape, naming it
     * @throws IOException if the file cannot be read
     */
    public static void load(Path file, Parameters parameters) throws IOException {
        load(file, parameters, UnaryOperator.identity());
    }

    /**
     * Fills all parameters from a file that may use other names.
     *
     * @param fileName gives the file's name of a parameter
     */
    public static void load(Path file, Parameters parameters, UnaryOperator<String> fileName) throws IOException {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            for (Parameter parameter : parameters.list()) {
                String name = fileName.apply(parameter.name());
                if (!tensors.has(name)) {
                    throw new FormatException(file + ": tensor " + name
                            + " is missing; the file belongs to another model or is incomplete, get it anew");
                }
                Shape wanted = parameter.layout().stored(parameter.value().shape());
                int[] found = tensors.shape(name);
                if (!matches(wanted.toArray(), found, parameter.layout())) {
                    throw new FormatException(file + ": tensor " + name + " has shape " + Arrays.toString(found)
                            + ", but the configuration asks for " + Arrays.toString(wanted.toArray())
                            + "; take both from one model");
                }
                parameter.layout().fromStored(tensors.floats(name), parameter.value());
                parameter.changed();
            }
        }
    }

    private static boolean matches(int[] wanted, int[] found, ParameterLayout layout) {
        // A pointwise layer is stored with or without its two kernel sizes of one, by version of the writer.
        return Arrays.equals(wanted, found)
                || layout == ParameterLayout.POINTWISE && Arrays.equals(Arrays.copyOf(wanted, 2), found);
    }

    /** Writes all parameters, whole or not at all. */
    public static void save(Path file, Parameters parameters, DType dtype, Map<String, String> metadata)
            throws IOException {
        List<NamedArray> arrays = new ArrayList<>();
        for (Parameter parameter : parameters.list()) {
            Shape stored = parameter.layout().stored(parameter.value().shape());
            arrays.add(new NamedArray(
                    parameter.name(),
                    dtype,
                    stored.toArray(),
                    parameter.layout().toStored(parameter.value())));
        }
        SafetensorsWriter.write(file, arrays, metadata);
    }
}
