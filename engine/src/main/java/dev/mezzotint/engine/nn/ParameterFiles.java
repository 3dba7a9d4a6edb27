package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.shape.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
        try (TensorFile tensors = SafetensorsFile.open(file)) {
            for (Map.Entry<Parameter, StoredTensor> found :
                    find(tensors, parameters, fileName).entrySet()) {
                Parameter parameter = found.getKey();
                float[] values = found.getValue().floats();
                parameter.layout().rowsFromStored(values, parameter.shape().size(0), parameter.shape());
                System.arraycopy(values, 0, parameter.value().data(), 0, values.length);
                parameter.changed();
            }
        }
    }

    /**
     * Binds all parameters to the tensors of a file, which are read when they are used. Tensors of the file that no
     * parameter asks for are left alone.
     *
     * @throws FormatException if a tensor is missing or has another shape, naming it; then no parameter is changed
     */
    public static void bind(TensorFile file, Parameters parameters) throws FormatException {
        bind(file, parameters, UnaryOperator.identity());
    }

    /**
     * Binds all parameters to the tensors of a file that may use other names.
     *
     * @param fileName gives the file's name of a parameter
     */
    public static void bind(TensorFile file, Parameters parameters, UnaryOperator<String> fileName)
            throws FormatException {
        find(file, parameters, fileName).forEach(Parameter::bind);
    }

    private static Map<Parameter, StoredTensor> find(
            TensorFile file, Parameters parameters, UnaryOperator<String> fileName) throws FormatException {
        Map<Parameter, StoredTensor> found = new LinkedHashMap<>();
        for (Parameter parameter : parameters.list()) {
            String name = fileName.apply(parameter.name());
            if (!file.has(name)) {
                throw new FormatException(file.path() + ": tensor " + name
                        + " is missing; the file belongs to another model or is incomplete, get it anew");
            }
            StoredTensor stored = file.tensor(name);
            if (!parameter.layout().fits(parameter.shape(), stored.shape())) {
                throw new FormatException(file.path() + ": tensor " + name + " has shape "
                        + Arrays.toString(stored.shape()) + ", but the configuration asks for "
                        + Arrays.toString(
                                parameter.layout().stored(parameter.shape()).toArray())
                        + "; take both from one model");
            }
            found.put(parameter, stored);
        }
        return found;
    }

    /** Writes all parameters, whole or not at all. */
    public static void save(Path file, Parameters parameters, DType dtype, Map<String, String> metadata)
            throws IOException {
        List<NamedArray> arrays = new ArrayList<>();
        for (Parameter parameter : parameters.list()) {
            Shape stored = parameter.layout().stored(parameter.shape());
            arrays.add(new NamedArray(
                    parameter.name(),
                    dtype,
                    stored.toArray(),
                    parameter.layout().toStored(parameter.value())));
        }
        SafetensorsWriter.write(file, arrays, metadata);
    }
}
