package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.evaluation.JudgeTraining;
import dev.mezzotint.diffusion.training.ModelTraining;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProvider;
import dev.mezzotint.engine.data.DatasetProviders;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mezzo train}: trains a model from nothing, stage by stage. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Trains a text-to-image model from nothing: vocabulary, CLIP pair, VAE, denoiser.",
            "Ctrl-C saves a checkpoint; the same command goes on from the last one. What may change then is --steps,"
                    + " --rate and --threads; another seed, batch or data set is refused."
        },
        footer = {
            "",
            "Examples:",
            "  mezzo train --data scenes --out runs/mine             as the built-in model",
            "  mezzo train --data scenes --out runs/mine --stage unet --steps 20000",
            "  mezzo generate \"a red cube\" --model runs/mine/model   use it"
        })
public final class TrainCommand implements Callable<Integer> {
    /** False captions to each true one, where the data set has any. */
    private static final int FALSE_CAPTIONS = 6;

    /** The stages, in the order in which they build on each other. */
    enum Stage {
        VOCABULARY,
        CLIP,
        VAE,
        UNET,
        /** Not part of the model: the network that {@code mezzo evaluate} asks. */
        JUDGE
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", required = true, paramLabel = "NAME", description = "Data set, such as scenes.")
    private String data;

    @Option(
            names = "--data-option",
            paramLabel = "KEY=VALUE",
            description = "Option of the data set, such as seed=1; may be given several times.")
    private Map<String, String> dataOptions = new LinkedHashMap<>();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for model, logs, checkpoints.")
    private Path out;

    @Option(
            names = "--stage",
            split = ",",
            paramLabel = "STAGE",
            description = "Stages to train: ${COMPLETION-CANDIDATES} (all but JUDGE if not given). JUDGE trains the"
                    + " network that mezzo evaluate asks, into DIR/judge-model; it always trains the same way.")
    private List<Stage> stages = List.of(Stage.VOCABULARY, Stage.CLIP, Stage.VAE, Stage.UNET);

    @Option(names = "--examples", paramLabel = "N", description = "Distinct examples to train on (by stage).")
    private Optional<Integer> examples = Optional.empty();

    @Option(names = "--steps", paramLabel = "N", description = "Optimiser steps (by stage).")
    private Optional<Long> steps = Optional.empty();

    @Option(names = "--batch", paramLabel = "N", description = "Examples of a step (by stage).")
    private Optional<Integer> batch = Optional.empty();

    @Option(names = "--rate", paramLabel = "X", description = "Peak learning rate (by stage).")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute on (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    /** Creates the command; picocli fills its options. */
    public TrainCommand() {}

    @Override
    public Integer call() throws IOException {
        for (Stage stage : stages) {
            if (stage != Stage.VOCABULARY && stage != Stage.JUDGE) {
                requireSensible(effort(stage));
            }
        }
        DatasetProvider provider = checked(() -> DatasetProviders.find(data));
        CaptionedDataset dataset = checked(() -> open(provider));
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new IOException(out + " is a file; name a folder with --out");
        }
        try (Workers workers = checked(() -> Workers.of(threads))) {
            GracefulStop stop = new GracefulStop();
            try {
                return train(provider, dataset, new Compute(KernelSelector.kernels(), workers));
            } finally {
                stop.release();
            }
        }
    }

    /** An interrupt ends the process as soon as this returns, so what is to be said then is said here. */
    private int train(DatasetProvider provider, CaptionedDataset dataset, Compute compute) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        ModelTraining training = new ModelTraining(out, dataset, compute, err::println);
        try {
            for (Stage stage : stages) {
                boolean finished = stage == Stage.JUDGE ? trainJudge(provider, compute) : train(training, stage);
                if (!finished) {
                    return stopped();
                }
            }
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            return stopped();
        } catch (IOException | RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                err.println("mezzo: " + Failure.sentence(e));
                return Main.FAILED;
            }
            throw e;
        }
        PrintWriter lines = spec.commandLine().getOut();
        lines.println(out.resolve("model"));
        lines.flush();
        return Main.DONE;
    }

    private int stopped() {
        spec.commandLine().getErr().println("mezzo: stopped; the same command goes on from the last checkpoint");
        return Main.FAILED;
    }

    private boolean train(ModelTraining training, Stage stage) throws IOException {
        return switch (stage) {
            case VOCABULARY -> {
                training.trainVocabulary();
                yield true;
            }
            case CLIP -> training.trainClip(effort(stage));
            case VAE -> training.trainVae(effort(stage));
            case UNET -> training.trainDenoiser(effort(stage));
            case JUDGE -> throw new IllegalArgumentException("the judge is no part of the model");
        };
    }

    private boolean trainJudge(DatasetProvider provider, Compute compute) throws IOException {
        return JudgeTraining.train(
                        provider,
                        JudgeTraining.Settings.DEFAULT,
                        compute,
                        out.resolve("judge"),
                        out.resolve("judge-model"),
                        spec.commandLine().getErr()::println)
                .isPresent();
    }

    private CaptionedDataset open(DatasetProvider provider) {
        Map<String, String> options = new LinkedHashMap<>(provider.falseCaptions(FALSE_CAPTIONS));
        options.putAll(dataOptions);
        return provider.open(options);
    }

    /** What the user gave is checked before anything is trained. */
    private <T> T checked(Supplier<T> given) {
        try {
            return given.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void requireSensible(ModelTraining.Effort effort) {
        requirePositive("--examples", effort.examples());
        requirePositive("--steps", effort.steps());
        requirePositive("--batch", effort.batch());
        requirePositive("--rate", effort.rate());
        if (effort.batch() > effort.examples()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a batch of " + effort.batch() + " needs at least as many examples, there are " + effort.examples()
                            + "; give --batch and --examples that fit");
        }
    }

    private void requirePositive(String option, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new ParameterException(spec.commandLine(), option + " must be a positive number");
        }
    }

    /** What the built-in model was trained with, where nothing else was given. */
    private ModelTraining.Effort effort(Stage stage) {
        return switch (stage) {
            case VOCABULARY, JUDGE ->
                throw new IllegalArgumentException("the " + stage + " stage has no sizes to choose");
            case CLIP -> effort(30_000, 1200, 128, 1e-3);
            case VAE -> effort(12_000, 5000, 8, 1e-3);
            case UNET -> effort(60_000, 3100, 64, 1.2e-3);
        };
    }

    private ModelTraining.Effort effort(int usualExamples, long usualSteps, int usualBatch, double usualRate) {
        return new ModelTraining.Effort(
                examples.orElse(usualExamples),
                steps.orElse(usualSteps),
                batch.orElse(usualBatch),
                rate.orElse(usualRate),
                seed);
    }
}
