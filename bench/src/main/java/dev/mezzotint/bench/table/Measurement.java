package dev.mezzotint.bench.table;

import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One measured number, as JMH's JSON holds it.
 *
 * @param benchmark class and method, such as {@code OperatorBenchmark.run}
 * @param parameters values by name
 * @param score the main figure, in {@code unit}
 * @param others further figures by name, such as {@code flops}
 */
record Measurement(
        String benchmark, Map<String, String> parameters, double score, String unit, Map<String, Double> others) {
    /** Takes copies. */
    Measurement {
        parameters = Map.copyOf(parameters);
        others = Map.copyOf(others);
    }

    /** A figure without parameters. */
    static Measurement of(String benchmark, double score, String unit) {
        return new Measurement(benchmark, Map.of(), score, unit, Map.of());
    }

    /** Reads an element of JMH's array. */
    static Measurement parse(Json json) {
        String[] names = json.string("benchmark").split("\\.");
        Map<String, String> parameters = new LinkedHashMap<>();
        json.find("params")
                .ifPresent(all -> all.members().forEach((name, value) -> parameters.put(name, value.asString())));
        Map<String, Double> others = new LinkedHashMap<>();
        json.find("secondaryMetrics")
                .ifPresent(all -> all.members().forEach((name, value) -> others.put(name, value.number("score"))));
        Json primary = json.get("primaryMetric");
        return new Measurement(
                names[names.length - 2] + "." + names[names.length - 1],
                parameters,
                primary.number("score"),
                primary.string("scoreUnit"),
                others);
    }

    /** What tells it from others. */
    String key() {
        return benchmark + new TreeMap<>(parameters);
    }

    /** A further figure. */
    Optional<Double> other(String name) {
        return Optional.ofNullable(others.get(name));
    }

    /** In the form that {@link #parse} reads. */
    Json toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("benchmark", Json.of(benchmark));
        Map<String, Json> params = new TreeMap<>();
        parameters.forEach((name, value) -> params.put(name, Json.of(value)));
        members.put("params", Json.object(params));
        members.put("primaryMetric", Json.object(Map.of("score", Json.of(score), "scoreUnit", Json.of(unit))));
        Map<String, Json> secondary = new TreeMap<>();
        others.forEach((name, value) -> secondary.put(name, Json.object(Map.of("score", Json.of(value)))));
        members.put("secondaryMetrics", Json.object(secondary));
        return Json.object(members);
    }
}
