package dev.mezzotint.diffusion.training;

import dev.mezzotint.clip.model.ClipImageEncoder;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.pipeline.ModelComponent;
import dev.mezzotint.diffusion.pipeline.ModelReader;
import dev.mezzotint.diffusion.pipeline.ModelWriter;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.diffusion.prompt.ContextRule;
import dev.mezzotint.diffusion.prompt.PromptEncoder;
import dev.mezzotint.diffusion.prompt.TextTower;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Trains a whole text-to-image model from nothing in four stages, each of which goes on where it was interrupted: a
 * vocabulary, the CLIP pair, the VAE, the denoiser. The model grows in {@code folder/model} in diffusers' layout; logs and
 * checkpoints lie beside it.
 */
public final class ModelTraining {
    private static final int VOCABULARY_EXAMPLES = 5000;
    private static final double CONDITION_DROPOUT = 0.1;
    private static final double SNR_LIMIT = 5;
    private static final String WEIGHTS = "model.safetensors";

    /**
     * How much a stage trains.
     *
     * @param examples distinct examples taken from the data set
     * @param steps optimiser steps
     * @param batch examples of a batch
     * @param rate peak learning rate
     * @param seed of first weights, order of examples, timesteps and noise
     */
    public record Effort(int examples, long steps, int batch, double rate, long seed) {}

    private final Path folder;
    private final Path model;
    private final CaptionedDataset data;
    private final Compute compute;
    private final Consumer<String> progress;

    /** A training in a folder, which may hold earlier stages. */
    public ModelTraining(Path folder, CaptionedDataset data, Compute compute, Consumer<String> progress) {
        this.folder = folder;
        this.model = folder.resolve("model");
        this.data = data;
        this.compute = compute;
        this.progress = progress;
    }

    /** Learns the vocabulary from the captions. */
    public void trainVocabulary() throws IOException {
        int count = (int) Math.min(VOCABULARY_EXAMPLES, data.size());
        String[] captions = new String[count];
        compute.workers().run(count, i -> captions[i] = data.example(i).caption());
        Tokenizer tokenizer = TokenizerTrainer.train(List.of(captions), ModelPlan.MERGES, 77);
        Interrupts.defer(() -> tokenizer.save(model.resolve(ModelComponent.TOKENIZER.folder())));
        progress.accept("vocabulary: " + tokenizer.vocabularySize() + " tokens");
    }

    /** Trains the CLIP pair; returns whether it is finished. */
    public boolean trainClip(Effort effort) throws IOException {
        Tokenizer tokenizer = tokenizer();
        int width = ModelPlan.images().projection();
        ClipTextEncoder texts = new ClipTextEncoder(ModelPlan.texts(tokenizer.vocabularySize(), width));
        ClipImageEncoder images = new ClipImageEncoder(ModelPlan.images());
        TorchGenerator generator = new TorchGenerator(effort.seed());
        texts.parameters().initialize(generator);
        images.parameters().initialize(generator);
        PictureStore pictures = pictures(effort);
        ContrastiveTask task = new ContrastiveTask(texts, images, tokenizer, pictures, effort.batch(), effort.seed());
        if (!loop(task, effort, given(effort)).run()) {
            return false;
        }
        Path pair = folder.resolve("clip-pair");
        Interrupts.defer(() -> {
            save(pair.resolve("text_encoder"), texts.config().toJson(), texts.parameters());
            save(pair.resolve("image_encoder"), images.config().toJson(), images.parameters());
        });
        return true;
    }

    /** Trains the VAE; returns whether it is finished. */
    public boolean trainVae(Effort effort) throws IOException {
        Autoencoder vae = new Autoencoder(ModelPlan.vae());
        vae.parameters().initialize(new TorchGenerator(effort.seed()));
        VaeTask task = new VaeTask(vae, pictures(effort), effort.batch(), effort.seed());
        Map<String, String> given = given(effort);
        if (!loop(task, effort, given).run()) {
            return false;
        }
        Path sample = folder.resolve("vae-sample");
        int count = Math.min(1000, effort.examples());
        double deviation = LatentStore.build(sample, given, vae, data, count, compute, progress)
                .deviation();
        VaeConfig config = vae.config().withScalingFactor(1 / deviation);
        Interrupts.defer(
                () -> ModelWriter.component(model, ModelComponent.VAE, config.toJson(), vae.parameters(), DType.F16));
        progress.accept("vae: scaling factor " + config.scalingFactor());
        return true;
    }

    /** Trains the denoiser, and the text encoder along with it; returns whether it is finished. */
    public boolean trainDenoiser(Effort effort) throws IOException {
        Tokenizer tokenizer = tokenizer();
        Path vaeFolder = model.resolve(ModelComponent.VAE.folder());
        Path vaeWeights = vaeFolder.resolve(ModelComponent.VAE.weights().getFirst());
        require(vaeWeights, "vae");
        Autoencoder vae = ModelReader.readVae(vaeFolder.resolve("config.json"), vaeWeights);
        ClipTextEncoder texts = new ClipTextEncoder(ModelPlan.texts(tokenizer.vocabularySize(), 0));
        Path trained = folder.resolve("clip-pair").resolve("text_encoder").resolve(WEIGHTS);
        require(trained, "clip");
        ParameterFiles.load(trained, texts.parameters());
        UNet unet = new UNet(ModelPlan.unet());
        unet.parameters().initialize(new TorchGenerator(effort.seed()));
        SchedulerConfig scheduler = ModelPlan.scheduler();
        Map<String, String> given = given(effort);
        given.put("vae", Fingerprint.of(vaeWeights));
        DenoiserTask task = new DenoiserTask(
                unet,
                texts,
                tokenizer,
                latents(vae, effort, given),
                vae.config().scalingFactor(),
                new NoiseSchedule(scheduler.noise()),
                new DenoiserTask.Objective(scheduler.predictionType(), CONDITION_DROPOUT, SNR_LIMIT),
                effort.batch(),
                effort.seed());
        TrainingLoop loop = loop(task, effort, given);
        boolean finished = loop.run();
        if (!finished) {
            loop.useAverage();
        }
        PromptEncoder text = new PromptEncoder(List.of(new TextTower(tokenizer, texts)), ContextRule.LAST_LAYER);
        TextToImageModel whole = new TextToImageModel("model", text, unet, Optional.of(vae), scheduler.toJson(), false);
        Interrupts.defer(() -> ModelWriter.write(model, whole, DType.F16));
        return finished;
    }

    /** Latents do not depend on the order of the examples, so a training with another seed or batch uses the same. */
    private LatentStore latents(Autoencoder vae, Effort effort, Map<String, String> given) throws IOException {
        Path store = folder.resolve("latents");
        Map<String, String> origin = Map.of("data", given.get("data"), "vae", given.get("vae"));
        if (LatentStore.holds(store, effort.examples(), origin)) {
            return LatentStore.open(store);
        }
        requirePictureSize();
        return LatentStore.build(store, origin, vae, data, effort.examples(), compute, progress);
    }

    private PictureStore pictures(Effort effort) throws IOException {
        requirePictureSize();
        return PictureStore.load(data, 0, effort.examples(), compute.workers());
    }

    private void requirePictureSize() {
        Image first = data.example(0).image();
        int size = ModelPlan.PICTURE_SIZE;
        if (first.width() != size || first.height() != size) {
            throw new IllegalArgumentException("data: pictures are " + first.width() + "×" + first.height()
                    + " but the model is trained on " + size + "×" + size + "; choose that size");
        }
    }

    /** What a stage cannot go on without, by name. */
    private Map<String, String> given(Effort effort) {
        Map<String, String> given = new HashMap<>();
        given.put("seed", Long.toString(effort.seed()));
        given.put("examples", Integer.toString(effort.examples()));
        given.put("data", Fingerprint.of(data));
        return given;
    }

    private TrainingLoop loop(TrainingTask task, Effort effort, Map<String, String> given) {
        return new TrainingLoop(
                task,
                TrainingSettings.of(effort.steps(), effort.rate()),
                compute,
                folder.resolve(task.name()),
                given,
                progress);
    }

    private Tokenizer tokenizer() throws IOException {
        Path tokenizer = model.resolve(ModelComponent.TOKENIZER.folder());
        require(tokenizer, "vocabulary");
        return Tokenizer.load(tokenizer);
    }

    private static void require(Path file, String stage) throws FormatException {
        if (!Files.exists(file)) {
            throw new FormatException(file + " is missing; train the stage '" + stage + "' first");
        }
    }

    /** A part of the CLIP pair, which is no component of a model in diffusers' layout. */
    private static void save(Path part, Json config, Parameters parameters) throws IOException {
        Files.createDirectories(part);
        ParameterFiles.save(part.resolve(WEIGHTS), parameters, DType.F16, Map.of("format", "pt"));
        JsonFile.write(part.resolve("config.json"), config);
    }
}
