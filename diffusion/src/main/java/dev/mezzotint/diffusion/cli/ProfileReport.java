package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.kernel.timing.KernelCall;
import dev.mezzotint.engine.kernel.timing.KernelFamily;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Where the time of one pass went: layer by layer, then by kind and shape, then by family. */
final class ProfileReport {
    private static final String HEAD = "%-76s %9s %8s %5s %9s %8s%n";
    private static final String NONE = "";

    private record Row(LayerNames.Layer layer, KernelCall call) {}

    private final PrintWriter out;
    private final double peak;

    /** Reports against a peak in GFLOP/s. */
    ProfileReport(PrintWriter out, double peak) {
        this.out = out;
        this.peak = peak;
    }

    /**
     * Prints.
     *
     * @param title what was run
     * @param seconds how long it took as a whole
     */
    void print(String title, double seconds, List<KernelCall> calls, LayerNames names) {
        KernelSums sums = KernelSums.of(calls);
        out.println();
        head(title + ", layer by layer");
        layers(calls, names, seconds);
        out.println();
        head(title + ", by kind and shape");
        byKind(calls).forEach((kind, part) -> row(part.calls() + " × " + kind, part, seconds));
        out.println();
        head(title + ", by family");
        for (KernelFamily family : KernelFamily.values()) {
            KernelSums part = KernelSums.of(
                    calls.stream().filter(call -> call.family() == family).toList());
            if (part.calls() > 0) {
                row(part.calls() + " × " + family.label(), part, seconds);
            }
        }
        KernelSums rest = new KernelSums(0, seconds - sums.seconds(), 0, 0, 0);
        row("between kernels", rest, seconds);
        // Held against the whole time, not that of the kernels that multiply.
        row("all", new KernelSums(sums.calls(), seconds, sums.flops(), seconds, sums.bytes()), seconds);
    }

    /** Work without weights stands with the layer before it. */
    private void layers(List<KernelCall> calls, LayerNames names, double seconds) {
        Map<String, List<Row>> blocks = new LinkedHashMap<>();
        String open = "input";
        for (KernelCall call : calls) {
            Optional<LayerNames.Layer> layer = names.of(call);
            open = layer.map(LayerNames.Layer::block).orElse(open);
            blocks.computeIfAbsent(open, _ -> new ArrayList<>())
                    .add(new Row(layer.orElse(new LayerNames.Layer(open, NONE)), call));
        }
        blocks.forEach((block, rows) -> {
            row(block, KernelSums.of(rows.stream().map(Row::call).toList()), seconds);
            for (Row row : rows) {
                String within = row.layer().within();
                row(
                        String.format(
                                Locale.ROOT, "  %-36s %s", within, row.call().kind()),
                        KernelSums.of(List.of(row.call())),
                        seconds);
            }
        });
    }

    /** The longest first. */
    private static Map<String, KernelSums> byKind(List<KernelCall> calls) {
        Map<String, List<KernelCall>> kinds = new LinkedHashMap<>();
        calls.forEach(call ->
                kinds.computeIfAbsent(call.kind(), _ -> new ArrayList<>()).add(call));
        Map<String, KernelSums> sorted = new LinkedHashMap<>();
        kinds.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), KernelSums.of(entry.getValue())))
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().seconds()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private void head(String title) {
        out.printf(Locale.ROOT, HEAD, title, "seconds", "GFLOP/s", "peak", "MB", "share");
    }

    private void row(String name, KernelSums sums, double seconds) {
        out.printf(
                Locale.ROOT,
                HEAD,
                name,
                String.format(Locale.ROOT, "%.6f", sums.seconds()),
                sums.multiplies() ? String.format(Locale.ROOT, "%.1f", sums.rate()) : NONE,
                sums.multiplies() ? String.format(Locale.ROOT, "%.0f%%", 100 * sums.rate() / peak) : NONE,
                sums.bytes() > 0 ? String.format(Locale.ROOT, "%.2f", sums.bytes() / 1e6) : NONE,
                String.format(Locale.ROOT, "%.1f%%", 100 * sums.seconds() / seconds));
    }
}
