package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;

/** The dotted names of a file's tensors as a tree, to find out how many blocks there are and how wide. */
final class NameTree {
    private final TensorFile file;
    private final String root;
    private final NavigableSet<String> names;

    private NameTree(TensorFile file, String root, NavigableSet<String> names) {
        this.file = file;
        this.root = root;
        this.names = names;
    }

    /** All names of a file. */
    static NameTree of(TensorFile file) {
        return new NameTree(file, "", new TreeSet<>(file.names()));
    }

    /** What lies below a dotted name; {@code at("a").at("b")} is {@code at("a.b")}. */
    NameTree at(String name) {
        return new NameTree(file, root + name + ".", names);
    }

    /** Whether there is a tensor at or below a name. */
    boolean has(String name) {
        String whole = root + name;
        String next = names.ceiling(whole + ".");
        return names.contains(whole) || next != null && next.startsWith(whole + ".");
    }

    /** How many of {@code name.0}, {@code name.1}, … there are: one more than the largest. */
    int count(String name) {
        String stem = root + name + ".";
        int count = 0;
        for (String each : names.tailSet(stem)) {
            if (!each.startsWith(stem)) {
                break;
            }
            int dot = each.indexOf('.', stem.length());
            String index = each.substring(stem.length(), dot < 0 ? each.length() : dot);
            if (index.matches("\\d{1,4}")) {
                count = Math.max(count, Integer.parseInt(index) + 1);
            }
        }
        return count;
    }

    /**
     * A tensor's shape.
     *
     * @throws FormatException if it is missing or has another number of dimensions
     */
    int[] shape(String name, int... ranks) throws FormatException {
        String whole = root + name;
        if (!names.contains(whole)) {
            throw missing(file, whole);
        }
        int[] shape = file.tensor(whole).shape();
        if (Arrays.stream(ranks).noneMatch(rank -> rank == shape.length)) {
            throw new FormatException(file.path() + ": tensor " + whole + " has shape " + Arrays.toString(shape)
                    + ", which is that of no model known here; get the model anew");
        }
        return shape;
    }

    /** What is said about a missing tensor. */
    static FormatException missing(TensorFile file, String name) {
        return new FormatException(
                file.path() + ": tensor " + name + " is missing; the file is incomplete, get the model anew");
    }
}
