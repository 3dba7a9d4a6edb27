package dev.mezzotint.engine.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.image.Image;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetProvidersTest {
    /** One grey pixel, as bright as its index. */
    public static final class Greys implements DatasetProvider {
        @Override
        public String name() {
            return "greys";
        }

        @Override
        public String description() {
            return "One pixel of every grey.";
        }

        @Override
        public CaptionedDataset open(Map<String, String> options) {
            return new CaptionedDataset() {
                @Override
                public long size() {
                    return 256;
                }

                @Override
                public Example example(long index) {
                    Image pixel = new Image(1, 1, 1, new byte[] {(byte) index});
                    return new Example(pixel, "grey " + index, Map.of("grey", Long.toString(index)));
                }
            };
        }
    }

    @TempDir
    Path folder;

    private ClassLoader before;
    private URLClassLoader services;

    @BeforeEach
    void register() throws IOException {
        Path registry = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(registry.resolve(DatasetProvider.class.getName()), Greys.class.getName());
        before = Thread.currentThread().getContextClassLoader();
        services = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
        Thread.currentThread().setContextClassLoader(services);
    }

    @AfterEach
    void unregister() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        services.close();
    }

    @Test
    void findsARegisteredProvider() {
        Example example = DatasetProviders.find("greys").open(Map.of()).example(7);
        assertEquals("grey 7", example.caption());
        assertArrayEquals(new byte[] {7}, example.image().data());
    }

    @Test
    void listsThoseThereAre() {
        String message = assertThrows(IllegalArgumentException.class, () -> DatasetProviders.find("blues"))
                .getMessage();
        assertTrue(message.startsWith("there is no data set \"blues\"; choose one of "), message);
        assertTrue(message.contains("greys"), message);
    }
}
