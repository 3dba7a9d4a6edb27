package dev.mezzotint.engine.data;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The data set providers that are on the module or class path. */
public final class DatasetProviders {
    private DatasetProviders() {}

    /** All providers in the order of their names. */
    public static List<DatasetProvider> all() {
        return ServiceLoader.load(DatasetProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(DatasetProvider::name))
                .toList();
    }

    /**
     * The provider of this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static DatasetProvider find(String name) {
        List<DatasetProvider> all = all();
        return all.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no data set \"" + name + "\"; "
                        + (all.isEmpty()
                                ? "no data set provider is on the module path"
                                : "choose one of "
                                        + all.stream()
                                                .map(DatasetProvider::name)
                                                .collect(Collectors.joining(", ")))));
    }
}
