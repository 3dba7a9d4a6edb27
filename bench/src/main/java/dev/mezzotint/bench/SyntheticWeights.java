package dev.mezzotint.bench;

import dev.mezzotint.diffusion.checkpoint.Synthetic;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.engine.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Published models with random weights, written once into the folder that the system property {@value #PROPERTY} names, by
 * default one among the temporary files; Stable Diffusion 1.5 in half precision takes 2.1 GB there.
 */
public final class SyntheticWeights {
    /** Name of the system property. */
    public static final String PROPERTY = "mezzotint.bench.models";

    private static final String DEFAULT =
            Path.of(System.getProperty("java.io.tmpdir"), "mezzotint-bench").toString();

    private SyntheticWeights() {}

    /**
     * The folder of a model in diffusers' layout, without a tokenizer.
     *
     * @param label as {@code mezzo synthesize} calls it
     */
    public static Path folder(String label, DType dtype) throws IOException {
        String name = label + "-" + dtype.name().toLowerCase(Locale.ROOT);
        Path folder = Path.of(System.getProperty(PROPERTY, DEFAULT), name);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.getParent());
            Synthetic.of(label, dtype, 0)
                    .orElseThrow(() -> new IllegalArgumentException("there is no published model '" + label + "'"))
                    .writeFolder(folder, Optional.empty());
        }
        return folder;
    }

    /** The model of {@link #folder}. */
    public static StoredModel stored(String label, DType dtype) throws IOException {
        return StoredModel.open(folder(label, dtype));
    }
}
