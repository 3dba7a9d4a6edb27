package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.training.ModelTraining;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProviders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mezzo train}: trains a model from nothing, stage by stage. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a text-to-image model from nothing: vocabulary, CLIP pair, VAE, denoiser.",
            "An interrupted training goes on where its last checkpoint was when the same command is given again."
        },
        footer = {
            "",
            "Examples:",
            "  mezzo train --data scenes --out runs/mine                     all stages, as the built-in model",
            "  mezzo train --data scenes --out runs/mine --stage unet --steps 20000",
            "  mezzo generate \"a red cube\" --model runs/mine/model           use it"
        })
public final class TrainCommand implements Callable<Integer> {
    /** The stages, in the order in which they build on each other. */
    enum Stage {
        VOCABULARY,
        CLIP,
        VAE,
        UNET
    }

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
            description = "Stages to train: ${COMPLETION-CANDIDATES} (all if not given).")
    private List<Stage> stages = List.of(Stage.values());

    @Option(names = "--examples", paramLabel = "N", description = "Distinct examples to train on (by stage).")
    private int examples;

    @Option(names = "--steps", paramLabel = "N", description = "Optimiser steps (by stage).")
    private long steps;

    @Option(names = "--batch", paramLabel = "N", description = "Examples of a step (by stage).")
    private int batch;

    @Option(names = "--rate", paramLabel = "X", description = "Peak learning rate (by stage).")
    private double rate;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** Creates the command; picocli fills its options. */
    public TrainCommand() {}

    @Override
    public Integer call() throws IOException {
        Map<String, String> options = new LinkedHashMap<>(dataOptions);
        if (stages.contains(Stage.CLIP)) {
            options.putIfAbsent("negatives", "6");
        }
        CaptionedDataset dataset = DatasetProviders.find(data).open(options);
        ModelTraining training = new ModelTraining(out, dataset, Compute.best(), System.err::println);
        for (Stage stage : stages) {
            boolean finished = switch (stage) {
                case VOCABULARY -> {
                    training.trainVocabulary();
                    yield true;
                }
                case CLIP -> training.trainClip(effort(30_000, 1200, 128, 1e-3));
                case VAE -> training.trainVae(effort(12_000, 5000, 8, 1e-3));
                case UNET -> training.trainDenoiser(effort(60_000, 3500, 64, 1.2e-3));
            };
            if (!finished) {
                System.err.println("stopped; the same command goes on from the last checkpoint");
                return 1;
            }
        }
        System.out.println(out.resolve("model"));
        return 0;
    }

    private ModelTraining.Effort effort(int usualExamples, long usualSteps, int usualBatch, double usualRate) {
        return new ModelTraining.Effort(
                examples > 0 ? examples : usualExamples,
                steps > 0 ? steps : usualSteps,
                batch > 0 ? batch : usualBatch,
                rate > 0 ? rate : usualRate,
                seed);
    }
}
