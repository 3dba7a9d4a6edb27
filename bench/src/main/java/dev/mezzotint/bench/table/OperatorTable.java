package dev.mezzotint.bench.table;

import dev.mezzotint.bench.operator.MezzotintEngine;
import dev.mezzotint.bench.operator.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Operators: ours, the share of the peak, each peer and how many times as fast we are. */
final class OperatorTable {
    /** The benchmark that the rows are of. */
    static final String BENCHMARK = "OperatorBenchmark.run";

    private final Results results;
    private final List<String> peers;

    OperatorTable(Results results) {
        this.results = results;
        peers = results.of(BENCHMARK).stream()
                .map(measurement -> measurement.parameters().get("engine"))
                .filter(engine -> !engine.equals(MezzotintEngine.NAME))
                .distinct()
                .sorted()
                .toList();
    }

    /** Lines of a Markdown table: GFLOP/s of the direct algorithm, GB/s for norms. */
    List<String> lines(List<String> workloads, List<String> threads) {
        List<String> lines = new ArrayList<>();
        StringBuilder header = new StringBuilder("| work | threads | mezzotint | of FMA peak |");
        StringBuilder rule = new StringBuilder("|---|---|---|---|");
        for (String peer : peers) {
            header.append(' ').append(peer).append(" | ratio |");
            rule.append("---|---|");
        }
        lines.add(header + " to reach |");
        lines.add(rule + "---|");
        for (String workload : workloads) {
            for (String count : threads) {
                row(workload, count).ifPresent(lines::add);
            }
        }
        return lines;
    }

    private Optional<String> row(String label, String threads) {
        Optional<Measurement> ours = find(label, threads, MezzotintEngine.NAME);
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        Workload workload = Workload.parse(label);
        double rate = rate(workload, ours.get());
        StringBuilder row = new StringBuilder("| " + label + " | " + threads + " | " + number(rate, workload) + " | "
                + (workload.flops() > 0
                        ? percent(ours.get().other("shareOfPeak").orElse(0.0))
                        : "")
                + " |");
        for (String peer : peers) {
            Optional<Double> theirs = find(label, threads, peer).map(measurement -> rate(workload, measurement));
            row.append(' ')
                    .append(theirs.map(value -> number(value, workload)).orElse("–"))
                    .append(" | ")
                    .append(theirs.map(value -> ratio(rate / value)).orElse(""))
                    .append(" |");
        }
        return Optional.of(row + " " + goal(workload, threads, rate) + " |");
    }

    private String goal(Workload workload, String threads, double rate) {
        Goal goal = Goal.of(workload);
        double best = peers.stream()
                .filter(peer -> goal.peers().isEmpty() || goal.peers().contains(peer))
                .flatMap(peer -> find(workload.label(), threads, peer).stream())
                .mapToDouble(measurement -> rate(workload, measurement))
                .max()
                .orElse(0);
        boolean published = goal.published() > 0 && threads.equals("2");
        double wanted = goal.factor() * (published ? goal.published() : best);
        if (wanted == 0) {
            return ratio(goal.factor());
        }
        return ratio(goal.factor()) + " = " + number(wanted, workload) + (rate >= wanted ? ", reached" : "");
    }

    private Optional<Measurement> find(String workload, String threads, String engine) {
        return results.find(BENCHMARK, Map.of("workload", workload, "threads", threads, "engine", engine));
    }

    /** GFLOP/s, or GB/s where bytes are what counts. */
    private static double rate(Workload workload, Measurement measurement) {
        return measurement.other(workload.flops() > 0 ? "flops" : "bytes").orElse(Double.NaN);
    }

    private static String number(double rate, Workload workload) {
        return String.format(Locale.ROOT, workload.flops() > 0 ? "%.0f" : "%.1f GB/s", rate);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f×", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
