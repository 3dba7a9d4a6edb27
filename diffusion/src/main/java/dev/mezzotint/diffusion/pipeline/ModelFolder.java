package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.TensorFiles;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A model in diffusers' layout: {@code model_index.json} names the components, each of which has a folder with its
 * configuration and weights. Opening one finds out what is there; {@link ModelReader} reads it.
 */
public final class ModelFolder {
    /** The system property that names the folder above {@code models/builtin}; the launcher sets it. */
    public static final String HOME = "mezzotint.home";

    static final String INDEX = "model_index.json";
    static final String CONFIG = "config.json";
    static final String SCHEDULER_CONFIG = "scheduler_config.json";

    private static final String ZERO_WITHOUT_NEGATIVE = "force_zeros_for_empty_prompt";
    private static final Set<ModelComponent> TOKENIZERS =
            EnumSet.of(ModelComponent.TOKENIZER, ModelComponent.TOKENIZER_2);
    private static final Set<ModelComponent> OPTIONAL =
            EnumSet.of(ModelComponent.VAE, ModelComponent.TOKENIZER_2, ModelComponent.TEXT_ENCODER_2);

    private final Path path;
    private final Set<ModelComponent> components;
    private final boolean zeroWithoutNegative;

    private ModelFolder(Path path, Set<ModelComponent> components, boolean zeroWithoutNegative) {
        this.path = path;
        this.components = components;
        this.zeroWithoutNegative = zeroWithoutNegative;
    }

    /**
     * The folder of the model that comes with the project.
     *
     * @throws FormatException if the launcher has not said where the project is
     */
    public static Path builtIn() throws FormatException {
        String home = System.getProperty(HOME, "");
        if (home.isEmpty()) {
            throw new FormatException("the built-in model cannot be found because the system property " + HOME
                    + " is not set; start with ./mezzo or name a model");
        }
        return Path.of(home, "models", "builtin");
    }

    /**
     * Finds out what a folder holds.
     *
     * @throws FormatException if it is no model folder, lacks a component or a file, or holds a class that is not
     *     supported; the message names the path and what to do
     * @throws IOException if it cannot be read
     */
    public static ModelFolder open(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            throw new FormatException(path + " is a file where a folder in diffusers' layout is needed; name a folder");
        }
        if (!Files.isDirectory(path)) {
            throw new FormatException("the model " + path + " does not exist; check the path");
        }
        Path index = path.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new FormatException(
                    path + " holds no " + INDEX + "; name the top folder of a model in diffusers' layout");
        }
        Map<String, Json> members = parse(index, Json::members);
        Set<ModelComponent> components = EnumSet.noneOf(ModelComponent.class);
        for (Map.Entry<String, Json> member : members.entrySet()) {
            Optional<String> type = className(member.getValue());
            if (type.isPresent()) {
                component(index, member.getKey(), type.get()).ifPresent(components::add);
            }
        }
        boolean zeros =
                members.containsKey(ZERO_WITHOUT_NEGATIVE) && parse(index, json -> json.bool(ZERO_WITHOUT_NEGATIVE));
        ModelFolder folder = new ModelFolder(path, components, zeros);
        folder.requireComplete(index);
        return folder;
    }

    /** Its path. */
    public Path path() {
        return path;
    }

    /** The name of the folder. */
    public String name() {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "model" : name.toString();
    }

    /** The components it holds. */
    public Set<ModelComponent> components() {
        return Set.copyOf(components);
    }

    /** Whether it holds this component. */
    public boolean has(ModelComponent component) {
        return components.contains(component);
    }

    /** A component's folder. */
    public Path folder(ModelComponent component) {
        return path.resolve(component.folder());
    }

    /**
     * A component's weights.
     *
     * @throws FormatException if there are none in a format that is read
     */
    public Path weights(ModelComponent component) throws FormatException {
        Path folder = folder(component);
        for (String name : component.weights()) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw new FormatException(
                folder + " lacks " + component.weights().getFirst() + "; add it, or get the model anew");
    }

    /**
     * The model that it holds.
     *
     * @throws FormatException if a configuration asks for what is not supported, or weights are not what they should be
     * @throws IOException if a file cannot be read
     */
    public StoredModel stored() throws IOException {
        List<StoredModel.Text> texts = new ArrayList<>();
        texts.add(text(ModelComponent.TEXT_ENCODER, ModelComponent.TOKENIZER));
        if (has(ModelComponent.TEXT_ENCODER_2)) {
            texts.add(text(ModelComponent.TEXT_ENCODER_2, ModelComponent.TOKENIZER_2));
        }
        Optional<StoredModel.Vae> vae = Optional.empty();
        if (has(ModelComponent.VAE)) {
            vae = Optional.of(new StoredModel.Vae(
                    parse(configuration(ModelComponent.VAE), VaeConfig::parse),
                    PublishedNames.vae(TensorFiles.open(weights(ModelComponent.VAE)))));
        }
        Json scheduler = parse(configuration(ModelComponent.SCHEDULER), json -> {
            TextToImageModel.samplerOf(json);
            return json;
        });
        return new StoredModel(
                name(),
                path,
                texts,
                new StoredModel.Unet(
                        parse(configuration(ModelComponent.UNET), UNetConfig::parse),
                        TensorFiles.open(weights(ModelComponent.UNET))),
                vae,
                scheduler,
                zeroWithoutNegative,
                List.of());
    }

    private StoredModel.Text text(ModelComponent encoder, ModelComponent tokenizer) throws IOException {
        return new StoredModel.Text(
                parse(configuration(encoder), ClipTextConfig::parse),
                PublishedNames.text(TensorFiles.open(weights(encoder))),
                Optional.of(folder(tokenizer)).filter(Files::isDirectory));
    }

    /** The file with a component's configuration. */
    Path configuration(ModelComponent component) {
        return folder(component).resolve(component == ModelComponent.SCHEDULER ? SCHEDULER_CONFIG : CONFIG);
    }

    /**
     * Reads a JSON file and what it says.
     *
     * @throws FormatException if it says something that does not fit, naming the file
     */
    static <T> T parse(Path file, Function<Json, T> reader) throws IOException {
        Json json = JsonFile.read(file);
        try {
            return reader.apply(json);
        } catch (JsonException e) {
            throw new FormatException(file + ": " + e.getMessage() + "; correct it or fetch it again", e);
        } catch (IllegalArgumentException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        }
    }

    private void requireComplete(Path index) throws FormatException {
        for (ModelComponent component : ModelComponent.values()) {
            if (!has(component)) {
                if (!OPTIONAL.contains(component)) {
                    throw new FormatException(index + " names no " + component.folder()
                            + ", without which there are no pictures from text; use a text-to-image model");
                }
                continue;
            }
            if (TOKENIZERS.contains(component)) {
                // It may come from elsewhere.
                continue;
            }
            Path folder = folder(component);
            if (!Files.isDirectory(folder)) {
                throw new FormatException("the model " + path + " lacks the folder " + component.folder()
                        + ", which its " + INDEX + " names; add it");
            }
            if (!Files.exists(configuration(component))) {
                throw new FormatException(
                        folder + " lacks " + configuration(component).getFileName() + "; add it");
            }
            if (component.hasWeights()) {
                weights(component);
            }
        }
    }

    private static Optional<ModelComponent> component(Path index, String name, String type) throws FormatException {
        for (ModelComponent component : ModelComponent.values()) {
            if (component.folder().equals(name)) {
                if (!component.classes().isEmpty() && !component.classes().contains(type)) {
                    throw new FormatException(index + ": the class " + type + " of " + name + " is not supported, only "
                            + String.join(" and ", component.classes()) + "; use another model");
                }
                return Optional.of(component);
            }
        }
        // A safety checker and its feature extractor don't change what is drawn before they look at it.
        if (name.equals("safety_checker") || name.equals("feature_extractor")) {
            return Optional.empty();
        }
        throw new FormatException(
                index + ": the component " + name + " (" + type + ") is not supported; use another model");
    }

    /** The class in {@code ["library", "class"]}; empty for settings and for {@code [null, null]}. */
    private static Optional<String> className(Json value) {
        return value instanceof Json.Arr(List<Json> pair)
                        && pair.size() == 2
                        && pair.get(1) instanceof Json.Str(String type)
                ? Optional.of(type)
                : Optional.empty();
    }
}
