package dev.mezzotint.diffusion.training;

import dev.mezzotint.clip.model.ClipImageEncoder;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        tokenizer.save(model.resolve("tokenizer"));
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
        PictureStore pictures = PictureStore.load(data, 0, effort.examples(), compute.workers());
        ContrastiveTask task = new ContrastiveTask(texts, images, tokenizer, pictures, effort.batch(), effort.seed());
        if (!loop(task, effort).run()) {
            return false;
        }
        Path pair = folder.resolve("clip-pair");
        save(pair.resolve("text_encoder"), "model.safetensors", texts.config().toJson(), texts.parameters());
        save(pair.resolve("image_encoder"), "model.safetensors", images.config().toJson(), images.parameters());
        return true;
    }

    /** Trains the VAE; returns whether it is finished. */
    public boolean trainVae(Effort effort) throws IOException {
        Autoencoder vae = new Autoencoder(ModelPlan.vae());
        vae.parameters().initialize(new TorchGenerator(effort.seed()));
        PictureStore pictures = PictureStore.load(data, 0, effort.examples(), compute.workers());
        if (!loop(new VaeTask(vae, pictures, effort.batch(), effort.seed()), effort)
                .run()) {
            return false;
        }
        Path sample = folder.resolve("vae-sample");
        int count = Math.min(1000, effort.examples());
        double deviation =
                LatentStore.build(sample, vae, data, count, compute, progress).deviation();
        VaeConfig config = vae.config().withScalingFactor(1 / deviation);
        save(model.resolve("vae"), "diffusion_pytorch_model.safetensors", config.toJson(), vae.parameters());
        progress.accept("vae: scaling factor " + config.scalingFactor());
        return true;
    }

    /** Trains the denoiser, and the text encoder along with it; returns whether it is finished. */
    public boolean trainDenoiser(Effort effort) throws IOException {
        Tokenizer tokenizer = tokenizer();
        VaeConfig vaeConfig = VaeConfig.parse(JsonFile.read(model.resolve("vae").resolve("config.json")));
        ClipTextEncoder texts = new ClipTextEncoder(ModelPlan.texts(tokenizer.vocabularySize(), 0));
        ParameterFiles.load(
                folder.resolve("clip-pair").resolve("text_encoder").resolve("model.safetensors"), texts.parameters());
        UNet unet = new UNet(ModelPlan.unet());
        unet.parameters().initialize(new TorchGenerator(effort.seed()));
        SchedulerConfig scheduler = ModelPlan.scheduler();
        DenoiserTask task = new DenoiserTask(
                unet,
                texts,
                tokenizer,
                latents(vaeConfig, effort.examples()),
                vaeConfig.scalingFactor(),
                new NoiseSchedule(scheduler.noise()),
                new DenoiserTask.Objective(scheduler.predictionType(), CONDITION_DROPOUT, SNR_LIMIT),
                effort.batch(),
                effort.seed());
        TrainingLoop loop = loop(task, effort);
        boolean finished = loop.run();
        if (!finished) {
            loop.useAverage();
        }
        save(
                model.resolve("unet"),
                "diffusion_pytorch_model.safetensors",
                unet.config().toJson(),
                unet.parameters());
        save(model.resolve("text_encoder"), "model.safetensors", texts.config().toJson(), texts.parameters());
        Files.createDirectories(model.resolve("scheduler"));
        JsonFile.write(model.resolve("scheduler").resolve("scheduler_config.json"), scheduler.toJson());
        JsonFile.write(model.resolve("model_index.json"), index());
        return finished;
    }

    private LatentStore latents(VaeConfig config, int examples) throws IOException {
        Path store = folder.resolve("latents");
        if (LatentStore.exists(store, examples)) {
            return LatentStore.open(store);
        }
        Autoencoder vae = new Autoencoder(config);
        ParameterFiles.load(model.resolve("vae").resolve("diffusion_pytorch_model.safetensors"), vae.parameters());
        return LatentStore.build(store, vae, data, examples, compute, progress);
    }

    private TrainingLoop loop(TrainingTask task, Effort effort) {
        return new TrainingLoop(
                task,
                TrainingSettings.of(effort.steps(), effort.rate()),
                compute,
                folder.resolve(task.name()),
                progress);
    }

    private Tokenizer tokenizer() throws IOException {
        Path tokenizer = model.resolve("tokenizer");
        if (!Files.exists(tokenizer)) {
            throw new FormatException(tokenizer + " is missing; train the stage 'vocabulary' first");
        }
        return Tokenizer.load(tokenizer);
    }

    private static void save(Path component, String file, Json config, Parameters parameters) throws IOException {
        Files.createDirectories(component);
        ParameterFiles.save(component.resolve(file), parameters, DType.F16, Map.of("format", "pt"));
        JsonFile.write(component.resolve("config.json"), config);
    }

    private static Json index() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of("StableDiffusionPipeline"));
        members.put("scheduler", component("diffusers", "DDIMScheduler"));
        members.put("text_encoder", component("transformers", "CLIPTextModel"));
        members.put("tokenizer", component("transformers", "CLIPTokenizer"));
        members.put("unet", component("diffusers", "UNet2DConditionModel"));
        members.put("vae", component("diffusers", "AutoencoderKL"));
        return Json.object(members);
    }

    private static Json component(String library, String type) {
        return Json.array(List.of(Json.of(library), Json.of(type)));
    }
}
