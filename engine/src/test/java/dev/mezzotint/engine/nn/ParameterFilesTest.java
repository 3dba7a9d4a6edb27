package dev.mezzotint.engine.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParameterFilesTest {
    @TempDir
    private Path folder;

    /** One parameter of each layout. */
    private record Model(Parameters parameters, Parameter plain, Parameter convolution, Parameter pointwise) {
        static Model create(long seed) {
            Parameters parameters = Parameters.create();
            Initializer normal = Initializer.normal(1);
            Parameters block = parameters.child("block", 3);
            Model model = new Model(
                    parameters,
                    block.declare("weight", Shape.of(3, 5), ParameterLayout.SAME, normal),
                    block.declare("conv.weight", Shape.of(2, 3, 4, 5), ParameterLayout.CONVOLUTION, normal),
                    block.declare("proj.weight", Shape.of(5, 3), ParameterLayout.POINTWISE, normal));
            parameters.initialize(new TorchGenerator(seed));
            return model;
        }

        void assertEqual(Model other, float tolerance) {
            List<Parameter> mine = parameters.list();
            for (int i = 0; i < mine.size(); i++) {
                assertArrayEquals(
                        other.parameters.list().get(i).value().data(),
                        mine.get(i).value().data(),
                        tolerance);
            }
        }
    }

    @Test
    void survivesBeingWritten() throws IOException {
        Model saved = Model.create(1);
        for (DType dtype : new DType[] {DType.F32, DType.F16}) {
            Path file = folder.resolve(dtype + ".safetensors");
            ParameterFiles.save(file, saved.parameters(), dtype, Map.of("format", "pt"));
            Model loaded = Model.create(2);
            int version = loaded.plain().version();
            ParameterFiles.load(file, loaded.parameters());
            // Half precision has 11 significant bits, so deviates below 4 are off by at most 2⁻¹⁰.
            loaded.assertEqual(saved, dtype == DType.F32 ? Float.MIN_VALUE : 0x1p-10f);
            assertTrue(loaded.plain().version() > version);
        }
    }

    @Test
    void convolutionsAreStoredInPyTorchsLayout() throws IOException {
        Model model = Model.create(3);
        Path file = folder.resolve("model.safetensors");
        ParameterFiles.save(file, model.parameters(), DType.F32, Map.of());
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            assertArrayEquals(new int[] {2, 5, 3, 4}, stored.shape("block.3.conv.weight"));
            assertArrayEquals(new int[] {5, 3, 1, 1}, stored.shape("block.3.proj.weight"));
            assertArrayEquals(new int[] {3, 5}, stored.shape("block.3.weight"));
            float[] there = stored.floats("block.3.conv.weight");
            float[] here = model.convolution().value().data();
            for (int i = 0; i < here.length; i++) {
                int in = i % 5;
                int column = i / 5 % 4;
                int row = i / 20 % 3;
                int out = i / 60;
                assertTrue(here[i] == there[((out * 5 + in) * 3 + row) * 4 + column]);
            }
        }
    }

    @Test
    void pointwiseLayersAreReadAsMatricesToo() throws IOException {
        Model model = Model.create(4);
        Path file = folder.resolve("model.safetensors");
        write(file, model, new int[] {5, 3});
        Model loaded = Model.create(5);
        ParameterFiles.load(file, loaded.parameters());
        loaded.assertEqual(model, Float.MIN_VALUE);
    }

    @Test
    void readsOtherNames() throws IOException {
        Model model = Model.create(6);
        Path file = folder.resolve("model.safetensors");
        ParameterFiles.save(file, model.parameters(), DType.F32, Map.of());
        Parameters other = Parameters.create();
        Parameter weight = other.declare("weight", Shape.of(3, 5), ParameterLayout.SAME, Initializer.constant(0));
        ParameterFiles.load(file, other, name -> "block.3." + name);
        assertArrayEquals(model.plain().value().data(), weight.value().data());
    }

    @Test
    void saysWhichTensorIsMissingOrHasAnotherShape() throws IOException {
        Path missing = folder.resolve("missing.safetensors");
        SafetensorsWriter.write(
                missing,
                List.of(new NamedArray("block.3.weight", DType.F32, new int[] {3, 5}, new float[15])),
                Map.of());
        refused(missing, "block.3.conv.weight", "missing");
        Path transposed = folder.resolve("transposed.safetensors");
        write(transposed, Model.create(7), new int[] {3, 5});
        refused(transposed, "block.3.proj.weight", "[3, 5]", "[5, 3, 1, 1]");
        Path flat = folder.resolve("flat.safetensors");
        write(flat, Model.create(7), new int[] {15});
        refused(flat, "block.3.proj.weight", "[15]");
    }

    @Test
    void refusesOneNameTwice() {
        Parameters parameters = Parameters.create();
        parameters.declare("a", Shape.of(1), ParameterLayout.SAME, Initializer.constant(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> parameters.declare("a", Shape.of(1), ParameterLayout.SAME, Initializer.constant(0)));
    }

    private static void write(Path file, Model model, int[] pointwiseShape) throws IOException {
        SafetensorsWriter.write(
                file,
                List.of(
                        new NamedArray(
                                "block.3.weight",
                                DType.F32,
                                new int[] {3, 5},
                                model.plain().value().data()),
                        new NamedArray(
                                "block.3.conv.weight",
                                DType.F32,
                                new int[] {2, 5, 3, 4},
                                ParameterLayout.CONVOLUTION.toStored(
                                        model.convolution().value())),
                        new NamedArray(
                                "block.3.proj.weight",
                                DType.F32,
                                pointwiseShape,
                                model.pointwise().value().data())),
                Map.of());
    }

    private static void refused(Path file, String... named) {
        String message = assertThrows(
                        FormatException.class,
                        () -> ParameterFiles.load(file, Model.create(8).parameters()))
                .getMessage();
        assertTrue(message.contains(file.toString()), message);
        for (String part : named) {
            assertTrue(message.contains(part), message);
        }
    }
}
