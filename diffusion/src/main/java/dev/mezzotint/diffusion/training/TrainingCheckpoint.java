package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.checkpoint.AtomicFolder;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.optim.Ema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything a training needs to go on to the bit: weights, both moments, the average, the number of steps, and what the
 * training was given, in one folder that is there whole or not at all.
 */
final class TrainingCheckpoint {
    private static final String FILE = "state.safetensors";
    private static final String STEPS = "steps";
    private static final String TASK = "task";
    private static final String[] KINDS = {"value.", "first_moment.", "second_moment.", "average."};

    private final Path folder;
    private final String task;
    private final Map<String, String> given;
    private final AdamW optimizer;
    private final Ema ema;

    /**
     * A checkpoint in a folder, which is made when it is first saved.
     *
     * @param given what must not change when the training goes on, by name
     */
    TrainingCheckpoint(Path folder, String task, Map<String, String> given, AdamW optimizer, Ema ema) {
        this.folder = folder;
        this.task = task;
        this.given = new TreeMap<>(given);
        this.optimizer = optimizer;
        this.ema = ema;
    }

    /**
     * Saves the state.
     *
     * @param notes what {@link #restore} is to give back
     */
    void save(Map<String, String> notes) throws IOException {
        List<NamedArray> arrays = new ArrayList<>();
        for (int i = 0; i < optimizer.parameters().size(); i++) {
            String name = optimizer.parameters().get(i).name();
            float[][] states = states(i);
            for (int kind = 0; kind < states.length; kind++) {
                arrays.add(
                        new NamedArray(KINDS[kind] + name, DType.F32, new int[] {states[kind].length}, states[kind]));
            }
        }
        Map<String, String> metadata = new HashMap<>(notes);
        metadata.putAll(given);
        metadata.put(STEPS, Long.toString(optimizer.steps()));
        metadata.put(TASK, task);
        AtomicFolder.write(folder, inside -> SafetensorsWriter.write(inside.resolve(FILE), arrays, metadata));
    }

    /** Weights, moments and average of a parameter, in the order of {@link #KINDS}. */
    private float[][] states(int i) {
        return new float[][] {
            optimizer.parameters().get(i).value().data(),
            optimizer.firstMoments().get(i),
            optimizer.secondMoments().get(i),
            ema.averages().get(i)
        };
    }

    /**
     * Restores the state if there is any.
     *
     * @return the notes that it was saved with; empty if there is none
     * @throws FormatException if it belongs to another model, or to a training that was given something else
     */
    Map<String, String> restore() throws IOException {
        AtomicFolder.recover(folder);
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try (SafetensorsFile saved = SafetensorsFile.open(file)) {
            requireSame(file, saved.metadata());
            long steps = steps(file, saved.metadata());
            for (int i = 0; i < optimizer.parameters().size(); i++) {
                Parameter parameter = optimizer.parameters().get(i);
                float[][] states = states(i);
                for (int kind = 0; kind < states.length; kind++) {
                    fill(file, saved, KINDS[kind] + parameter.name(), states[kind]);
                }
                parameter.changed();
            }
            optimizer.restore(steps);
            ema.restore(steps);
            return saved.metadata();
        }
    }

    private void requireSame(Path file, Map<String, String> metadata) throws FormatException {
        String found = metadata.getOrDefault(TASK, "");
        if (!found.equals(task)) {
            throw new FormatException(file + ": this checkpoint belongs to '" + found + "', not to '" + task
                    + "'; choose another folder");
        }
        for (Map.Entry<String, String> now : given.entrySet()) {
            // The first checkpoints did not say what their training was given.
            String before = metadata.getOrDefault(now.getKey(), now.getValue());
            if (!before.equals(now.getValue())) {
                throw new FormatException(file + ": this training began with another " + now.getKey() + ", " + before
                        + " instead of " + now.getValue() + "; go on with that, or start in a new folder");
            }
        }
    }

    private static long steps(Path file, Map<String, String> metadata) throws FormatException {
        String steps = metadata.getOrDefault(STEPS, "");
        if (!steps.matches("\\d{1,18}")) {
            throw new FormatException(
                    file + ": the number of steps is '" + steps + "', which is none; start in a new folder");
        }
        return Long.parseLong(steps);
    }

    private static void fill(Path file, SafetensorsFile saved, String key, float[] target) throws IOException {
        if (!saved.has(key) || saved.shape(key).length != 1 || saved.shape(key)[0] != target.length) {
            throw new FormatException(file + ": tensor " + key
                    + " is missing or has another size; the model was changed, start in a new folder");
        }
        System.arraycopy(saved.floats(key), 0, target, 0, target.length);
    }
}
