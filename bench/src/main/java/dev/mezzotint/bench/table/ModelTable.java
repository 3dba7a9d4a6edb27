package dev.mezzotint.bench.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Whole models: ours as measured now, beside peers' figures that were taken on the machine of the goals. */
final class ModelTable {
    /** Start of a picture with the built-in model to its end. */
    static final String START = "Program.start";
    /** Most memory of a picture of 512×512 pixels with half-precision weights. */
    static final String MEMORY = "Program.memory";

    private final Results results;

    ModelTable(Results results) {
        this.results = results;
    }

    /** Lines of a Markdown table. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("| work | best peer, as published | mezzotint | ratio | to reach |");
        lines.add("|---|---|---|---|---|");
        Map<String, String> two = Map.of("threads", "2");
        less(lines, "one U-Net pass, 64×64 latent", "ONNX Runtime", 2.7, pass("1"), 1.35, "s");
        less(lines, "one guided step (both passes)", "ONNX Runtime", 5.3, pass("2"), 2.5, "s");
        less(lines, "VAE decode to 512²", "ONNX Runtime", 7.1, score("VaeBenchmark.decode", two), 2.8, "s");
        less(
                lines,
                "peak memory of that picture, f16 weights",
                "stable-diffusion.cpp",
                3.8,
                score(MEMORY, Map.of()),
                3.0,
                "GB");
        less(lines, "mezzo \"...\", built-in model, start to file", "", 0, score(START, Map.of()), 2, "s");
        less(
                lines,
                "allocation of a sampling step, built-in model",
                "",
                0,
                results.find("SamplingStepBenchmark.step", two)
                        .flatMap(step -> step.other("gc.alloc.rate.norm").or(() -> step.other("·gc.alloc.rate.norm")))
                        .map(bytes -> bytes / 1e6),
                1,
                "MB");
        for (Measurement step : results.of("TrainingStepBenchmark.step")) {
            step.other("examples")
                    .ifPresent(examples -> lines.add(String.format(
                            Locale.ROOT,
                            "| training step of the built-in denoiser, batch %s, threads %s | PyTorch 2.13 eager, same model:"
                                    + " measure beside it | %.0f examples/s | | 3.00× its examples a second |",
                            step.parameters().get("batch"),
                            step.parameters().get("threads"),
                            examples)));
        }
        return lines;
    }

    private Optional<Double> pass(String batch) {
        return score("UNetBenchmark.pass", Map.of("model", "sd15", "latent", "64", "threads", "2", "batch", batch));
    }

    private Optional<Double> score(String benchmark, Map<String, String> parameters) {
        return results.find(benchmark, parameters).map(Measurement::score);
    }

    /** A figure of which less is better. */
    private static void less(
            List<String> lines,
            String work,
            String peer,
            double peerFigure,
            Optional<Double> ours,
            double wanted,
            String unit) {
        ours.ifPresent(figure -> lines.add("| " + work + " | "
                + (peerFigure > 0 ? peer + " " + number(peerFigure, unit) : "")
                + " | " + number(figure, unit) + " | "
                + (peerFigure > 0 ? String.format(Locale.ROOT, "%.2f×", peerFigure / figure) : "")
                + " | " + number(wanted, unit) + (figure <= wanted ? ", reached" : "") + " |"));
    }

    private static String number(double figure, String unit) {
        return String.format(Locale.ROOT, "%.2f %s", figure, unit);
    }
}
