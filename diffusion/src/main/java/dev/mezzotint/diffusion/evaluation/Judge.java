package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.AtomicFolder;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/**
 * Says which objects a picture shows, and where. It has learned that from rendered pictures alone and never sees a
 * generated one before it judges it. Not thread-safe.
 */
public final class Judge {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    private static final String ACCURACY = "accuracy";
    private static final int BATCH = 64;

    private final JudgeConfig config;
    private final JudgeNetwork network;
    private final double accuracy;
    private final Tape tape;

    /** @param accuracy share of held-out renders that it judges right, NaN if that is not known yet */
    Judge(JudgeConfig config, JudgeNetwork network, double accuracy, Compute compute) {
        this.config = config;
        this.network = network;
        this.accuracy = accuracy;
        tape = Tape.inference(compute);
    }

    /**
     * Loads a judge from a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}.
     *
     * @throws FormatException if the folder does not hold a sound judge
     * @throws IOException if it cannot be read
     */
    public static Judge load(Path folder, Compute compute) throws IOException {
        AtomicFolder.recover(folder);
        Path file = folder.resolve(CONFIG);
        Json json = JsonFile.read(file);
        try {
            JudgeConfig config = JudgeConfig.of(json);
            JudgeNetwork network = new JudgeNetwork(config);
            ParameterFiles.load(folder.resolve(WEIGHTS), network.parameters());
            return new Judge(config, network, json.number(ACCURACY), compute);
        } catch (JsonException e) {
            throw new FormatException(file + " does not describe a judge (" + e.getMessage() + "); train one anew", e);
        } catch (FormatException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new FormatException(file + " describes a judge that cannot be (" + e.getMessage() + ")", e);
        }
    }

    /** Writes the judge in half precision, whole or not at all. */
    void save(Path folder) throws IOException {
        Map<String, Json> members = config.members();
        members.put(ACCURACY, Json.of(accuracy));
        AtomicFolder.write(folder, inside -> {
            JsonFile.write(inside.resolve(CONFIG), Json.object(members));
            ParameterFiles.save(inside.resolve(WEIGHTS), network.parameters(), DType.F16, Map.of("format", "pt"));
        });
    }

    /**
     * Share of rendered pictures that it had not learned from of which it says all that is true; measured after
     * training.
     */
    public double accuracy() {
        return accuracy;
    }

    /** What it sees in each picture, of any size. */
    public List<List<Sighting>> judge(List<Image> pictures) {
        List<List<Sighting>> seen = new ArrayList<>();
        look(pictures, (view, count) -> {
            int length = view.cells().length() / count;
            for (int n = 0; n < count; n++) {
                seen.add(CellDecoder.decode(config, view.cells().data(), n * length));
            }
        });
        return seen;
    }

    /**
     * One vector a picture, such that the squared distance of two is a perceptual distance: at each position of the
     * views at a half, a quarter and an eighth of the size the channels are brought to length 1, and the squared
     * differences are averaged over positions and views (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep
     * Features as a Perceptual Metric", eq. 1 with equal weights). It is 0 for equal pictures and at most 4.
     */
    List<float[]> features(List<Image> pictures) {
        List<float[]> features = new ArrayList<>();
        look(pictures, (view, count) -> {
            int length = view.stages().stream().mapToInt(Tensor::length).sum() / count;
            for (int n = 0; n < count; n++) {
                float[] vector = new float[length];
                int at = 0;
                for (Tensor stage : view.stages()) {
                    at = append(stage, n, view.stages().size(), vector, at);
                }
                features.add(vector);
            }
        });
        return features;
    }

    private static int append(Tensor stage, int n, int stages, float[] vector, int start) {
        int channels = stage.shape().last();
        int positions = stage.size(1) * stage.size(2);
        int from = n * positions * channels;
        for (int p = 0; p < positions; p++) {
            double square = 1e-10;
            for (int c = 0; c < channels; c++) {
                float value = stage.get(from + p * channels + c);
                square += value * value;
            }
            float scale = (float) (1 / Math.sqrt(square * positions * stages));
            for (int c = 0; c < channels; c++) {
                vector[start + p * channels + c] = scale * stage.get(from + p * channels + c);
            }
        }
        return start + positions * channels;
    }

    private void look(List<Image> pictures, ObjIntConsumer<JudgeNetwork.View> use) {
        int size = config.pictureSize();
        for (int start = 0; start < pictures.size(); start += BATCH) {
            List<Image> part = pictures.subList(start, Math.min(start + BATCH, pictures.size()));
            Tensor x = tape.allocate(Shape.of(part.size(), size, size, 3));
            for (int n = 0; n < part.size(); n++) {
                float[] values = part.get(n).rgb().resize(size, size).toSignedFloats();
                System.arraycopy(values, 0, x.data(), n * values.length, values.length);
            }
            use.accept(network.forward(tape, x), part.size());
            tape.reset();
        }
    }
}
