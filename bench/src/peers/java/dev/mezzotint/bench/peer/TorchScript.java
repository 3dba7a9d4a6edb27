package dev.mezzotint.bench.peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a TorchScript module of one expression as {@code torch.jit.save} would: code as text, and pickles of nothing. */
final class TorchScript {
    /** Pickle protocol 2 of {@code __torch__.M.__new__(M)} without attributes: GLOBAL, (), NEWOBJ, {}, BUILD, STOP. */
    private static final String MODULE = "\u0080\u0002c__torch__\nM\n)\u0081}b.";

    /** Pickle protocol 2 of {@code ()}. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private TorchScript() {}

    /**
     * A module whose {@code forward} computes an expression of {@code a}, {@code b} and {@code c}, as many as there are
     * inputs.
     */
    static byte[] module(String expression, int inputs) {
        StringBuilder arguments = new StringBuilder("self: __torch__.M");
        for (int i = 0; i < inputs; i++) {
            arguments.append(", ").append((char) ('a' + i)).append(": Tensor");
        }
        String code = "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  def forward(" + arguments
                + ") -> Tensor:\n    return " + expression + "\n";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "m/data.pkl", MODULE);
            put(zip, "m/code/__torch__.py", code);
            put(zip, "m/constants.pkl", NO_CONSTANTS);
            put(zip, "m/version", "3\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content.getBytes(StandardCharsets.ISO_8859_1));
        zip.closeEntry();
    }
}
