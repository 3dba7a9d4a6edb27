package dev.mezzotint.bench.table;

import dev.mezzotint.bench.operator.MezzotintEngine;
import dev.mezzotint.bench.operator.Workload;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * GFLOP/s over arithmetic intensity, below what multiply-add units and main memory allow (Williams et al. 2009). Flops are
 * those of the direct algorithm, so that Winograd's convolutions may stand above the roof; bytes are those that must move.
 */
final class Roofline {
    private static final double FIRST_INTENSITY = 1;
    private static final double LAST_INTENSITY = 1000;
    private static final int ROOF_POINTS = 200;
    private static final List<Color> FAMILY_COLOURS =
            List.of(new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c));

    private final Results results;
    private final String threads;

    /** The roofline of so many threads. */
    Roofline(Results results, String threads) {
        this.results = results;
        this.threads = threads;
    }

    /** Draws it, if peak, bandwidth and an operator have been measured. */
    boolean draw(Path svg) throws IOException {
        Optional<Double> peak = results.find("FmaPeakBenchmark.run", Map.of("threads", threads, "kernel", "simd"))
                .flatMap(measurement -> measurement.other("flops"));
        Optional<Double> bandwidth = results.find("MemoryBenchmark.stream", Map.of("threads", threads))
                .flatMap(measurement -> measurement.other("bytes"));
        if (peak.isEmpty()
                || bandwidth.isEmpty()
                || results.of(OperatorTable.BENCHMARK).isEmpty()) {
            return false;
        }
        XYChart chart = new XYChartBuilder()
                .width(1000)
                .height(640)
                .title("Operators of Stable Diffusion 1.5, " + threads + " threads")
                .xAxisTitle("arithmetic intensity, flop / byte")
                .yAxisTitle("GFLOP/s of the direct algorithm")
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setXAxisMin(FIRST_INTENSITY).setXAxisMax(LAST_INTENSITY);
        roof(chart, peak.get(), bandwidth.get());
        List<Class<? extends Workload>> families =
                List.of(Workload.MatrixProduct.class, Workload.Convolution.class, Workload.Attention.class);
        List<String> names = List.of("matrix product", "3×3 convolution", "attention");
        List<String> engines = results.of(OperatorTable.BENCHMARK).stream()
                .map(measurement -> measurement.parameters().get("engine"))
                .distinct()
                .toList();
        for (int i = 0; i < families.size(); i++) {
            for (String engine : engines) {
                points(chart, names.get(i), families.get(i), engine, FAMILY_COLOURS.get(i));
            }
        }
        VectorGraphicsEncoder.saveVectorGraphic(chart, svg.toString(), VectorGraphicsFormat.SVG);
        return true;
    }

    private static void roof(XYChart chart, double peak, double bandwidth) {
        double[] x = new double[ROOF_POINTS];
        double[] y = new double[ROOF_POINTS];
        for (int i = 0; i < ROOF_POINTS; i++) {
            x[i] = FIRST_INTENSITY * Math.pow(LAST_INTENSITY / FIRST_INTENSITY, i / (ROOF_POINTS - 1.0));
            y[i] = Math.min(peak, bandwidth * x[i]);
        }
        String name = Math.round(peak) + " GFLOP/s, " + Math.round(bandwidth) + " GB/s";
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE).setLineColor(Color.BLACK);
    }

    private void points(XYChart chart, String name, Class<? extends Workload> family, String engine, Color colour) {
        List<Measurement> measured = results.of(OperatorTable.BENCHMARK).stream()
                .filter(measurement -> measurement.parameters().get("engine").equals(engine)
                        && measurement.parameters().get("threads").equals(threads)
                        && family.isInstance(workload(measurement)))
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        double[] x = measured.stream()
                .mapToDouble(measurement ->
                        workload(measurement).flops() / workload(measurement).bytes())
                .toArray();
        double[] y = measured.stream()
                .mapToDouble(measurement -> measurement.other("flops").orElse(Double.NaN))
                .toArray();
        XYSeries series = chart.addSeries(name + ", " + engine, x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        boolean ours = engine.equals(MezzotintEngine.NAME);
        series.setMarkerColor(ours ? colour : new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 110));
        series.setMarker(
                switch (engine) {
                    case MezzotintEngine.NAME -> SeriesMarkers.CIRCLE;
                    case "torch" -> SeriesMarkers.CROSS;
                    default -> SeriesMarkers.TRIANGLE_UP;
                });
    }

    private static Workload workload(Measurement measurement) {
        return Workload.parse(measurement.parameters().get("workload"));
    }
}
