package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.prompt.TextTower;
import dev.mezzotint.engine.checkpoint.AtomicFolder;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.nn.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes models as folders in diffusers' layout. */
public final class ModelWriter {
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private ModelWriter() {}

    /**
     * Writes a model with one text encoder, as this project trains them, whole or not at all.
     *
     * @param folder is made, or replaced if it holds a model
     * @param dtype element type of the weights
     * @throws IOException if it cannot be written, or holds something else that would be lost
     */
    public static void write(Path folder, TextToImageModel model, DType dtype) throws IOException {
        AtomicFolder.write(folder, into -> writeInto(into, model, dtype));
    }

    /** Writes a model's files into a folder that the caller takes care of. */
    public static void writeInto(Path folder, TextToImageModel model, DType dtype) throws IOException {
        Map<String, Json> index = new LinkedHashMap<>();
        index.put("_class_name", Json.of("StableDiffusionPipeline"));
        index.put("feature_extractor", nothing());
        index.put("requires_safety_checker", Json.of(false));
        index.put("safety_checker", nothing());

        Files.createDirectories(folder);
        String scheduler = model.scheduler().string("_class_name");
        index.put(name(ModelComponent.SCHEDULER), entry("diffusers", scheduler));
        Path schedulerFolder = create(folder, ModelComponent.SCHEDULER);
        JsonFile.write(schedulerFolder.resolve(ModelFolder.SCHEDULER_CONFIG), model.scheduler());

        index.put(name(ModelComponent.TOKENIZER), entry("transformers", "CLIPTokenizer"));
        TextTower tower = model.text().towers().getFirst();
        tower.tokenizer().save(create(folder, ModelComponent.TOKENIZER));

        Json text = tower.encoder().config().toJson();
        String textClass = text.get("architectures").elements().getFirst().asString();
        index.put(name(ModelComponent.TEXT_ENCODER), entry("transformers", textClass));
        component(folder, ModelComponent.TEXT_ENCODER, text, tower.encoder().parameters(), dtype);

        index.put(name(ModelComponent.UNET), entry("diffusers", "UNet2DConditionModel"));
        component(
                folder,
                ModelComponent.UNET,
                model.unet().config().toJson(),
                model.unet().parameters(),
                dtype);

        if (model.vae().isPresent()) {
            index.put(name(ModelComponent.VAE), entry("diffusers", "AutoencoderKL"));
            Json vae = model.vae().get().config().toJson();
            component(folder, ModelComponent.VAE, vae, model.vae().get().parameters(), dtype);
        }
        JsonFile.write(folder.resolve(ModelFolder.INDEX), Json.object(index));
    }

    /**
     * Writes one component of a model.
     *
     * @param folder of the model; the component goes into a folder in it
     * @throws IOException if it cannot be written
     */
    public static void component(
            Path folder, ModelComponent component, Json configuration, Parameters parameters, DType dtype)
            throws IOException {
        Path own = create(folder, component);
        JsonFile.write(own.resolve(ModelFolder.CONFIG), configuration);
        ParameterFiles.save(own.resolve(component.weights().getFirst()), parameters, dtype, METADATA);
    }

    private static Path create(Path folder, ModelComponent component) throws IOException {
        return Files.createDirectories(folder.resolve(component.folder()));
    }

    private static String name(ModelComponent component) {
        return component.folder();
    }

    private static Json entry(String library, String type) {
        return Json.array(List.of(Json.of(library), Json.of(type)));
    }

    private static Json nothing() {
        return Json.array(List.of(new Json.Null(), new Json.Null()));
    }
}
