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
import java.util.List;
import java.util.Map;

/**
 * Everything a training needs to go on to the bit: weights, both moments, the average, and the number of steps, in one
 * folder that is there whole or not at all.
 */
final class TrainingCheckpoint {
    private static final String FILE = "state.safetensors";
    private static final String STEPS = "steps";
    private static final String TASK = "task";

    private TrainingCheckpoint() {}

    static void save(Path folder, String task, AdamW optimizer, Ema ema) throws IOException {
        List<NamedArray> arrays = new ArrayList<>();
        List<Parameter> parameters = optimizer.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i).name();
            float[][] states = states(optimizer, ema, i);
            for (int kind = 0; kind < states.length; kind++) {
                arrays.add(
                        new NamedArray(KINDS[kind] + name, DType.F32, new int[] {states[kind].length}, states[kind]));
            }
        }
        Map<String, String> metadata = Map.of(STEPS, Long.toString(optimizer.steps()), TASK, task);
        AtomicFolder.write(folder, inside -> SafetensorsWriter.write(inside.resolve(FILE), arrays, metadata));
    }

    private static final String[] KINDS = {"value.", "first_moment.", "second_moment.", "average."};

    private static float[][] states(AdamW optimizer, Ema ema, int i) {
        return new float[][] {
            optimizer.parameters().get(i).value().data(),
            optimizer.firstMoments().get(i),
            optimizer.secondMoments().get(i),
            ema.averages().get(i)
        };
    }

    /** Restores a checkpoint if there is one; says whether there was. */
    static boolean restore(Path folder, String task, AdamW optimizer, Ema ema) throws IOException {
        AtomicFolder.recover(folder);
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return false;
        }
        try (SafetensorsFile saved = SafetensorsFile.open(file)) {
            String found = saved.metadata().getOrDefault(TASK, "");
            if (!found.equals(task)) {
                throw new FormatException(file + ": this checkpoint belongs to '" + found + "', not to '" + task
                        + "'; choose another folder");
            }
            for (int i = 0; i < optimizer.parameters().size(); i++) {
                String name = optimizer.parameters().get(i).name();
                float[][] states = states(optimizer, ema, i);
                for (int kind = 0; kind < states.length; kind++) {
                    String key = KINDS[kind] + name;
                    if (!saved.has(key) || saved.shape(key)[0] != states[kind].length) {
                        throw new FormatException(file + ": tensor " + key
                                + " is missing or has another size; the model was changed, start in a new folder");
                    }
                    float[] values = saved.floats(key);
                    System.arraycopy(values, 0, states[kind], 0, values.length);
                }
                optimizer.parameters().get(i).changed();
            }
            long steps = Long.parseLong(saved.metadata().getOrDefault(STEPS, "0"));
            optimizer.restore(steps);
            ema.restore(steps);
        }
        return true;
    }
}
