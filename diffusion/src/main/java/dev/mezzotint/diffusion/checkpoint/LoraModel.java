package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model's weights with LoRA files applied. No weight is copied: updates are added while rows are read.
 *
 * @param parts the model's parts, under the same names as before
 * @param leftovers what found no place, for a warning
 */
public record LoraModel(Map<LoraTarget, TensorFile> parts, List<LoraLeftover> leftovers) {
    /** Keeps copies. */
    public LoraModel {
        parts = Collections.unmodifiableMap(new EnumMap<>(parts));
        leftovers = List.copyOf(leftovers);
    }

    /**
     * Adds the updates of LoRA files, several to one weight if need be.
     *
     * @param model the model's parts, under diffusers' and transformers' names
     * @throws FormatException if a file was made for another model: an update has another shape than the weight of its
     *     name, or none of them belongs to any weight
     */
    public static LoraModel apply(Map<LoraTarget, TensorFile> model, List<LoraUse> uses) throws FormatException {
        Map<LoraTarget, LoraSites> sites = new EnumMap<>(LoraTarget.class);
        Map<LoraTarget, Map<String, List<LoraTensor.Update>>> updates = new EnumMap<>(LoraTarget.class);
        model.forEach((target, part) -> {
            sites.put(target, new LoraSites(target, part));
            updates.put(target, new HashMap<>());
        });
        List<LoraLeftover> leftovers = new ArrayList<>();
        for (LoraUse use : uses) {
            List<String> unmatched = new ArrayList<>();
            for (LoraEntry entry : use.file().entries()) {
                Optional<String> weight =
                        Optional.ofNullable(sites.get(entry.target())).flatMap(s -> s.weight(entry.module()));
                if (weight.isEmpty()) {
                    unmatched.add(entry.name());
                    continue;
                }
                StoredTensor base = model.get(entry.target()).tensor(weight.get());
                requireShape(use.file(), entry, weight.get(), base);
                if (use.weight() != 0) {
                    updates.get(entry.target())
                            .computeIfAbsent(weight.get(), _ -> new ArrayList<>())
                            .add(new LoraTensor.Update(entry, use.weight()));
                }
            }
            int count = use.file().entries().size();
            if (unmatched.size() == count) {
                throw noneFits(use.file(), model);
            }
            unmatched.addAll(use.file().others());
            if (!unmatched.isEmpty()) {
                leftovers.add(new LoraLeftover(
                        use.file().path(),
                        unmatched,
                        count + use.file().others().size()));
            }
        }
        Map<LoraTarget, TensorFile> parts = new EnumMap<>(LoraTarget.class);
        model.forEach((target, part) -> {
            boolean same = updates.get(target).isEmpty();
            parts.put(target, same ? part : new Updated(part, updates.get(target)));
        });
        return new LoraModel(parts, leftovers);
    }

    private static void requireShape(LoraFile file, LoraEntry entry, String weight, StoredTensor base)
            throws FormatException {
        if (!Arrays.equals(entry.shape(), LoraEntry.withoutUnitKernel(base.shape()))) {
            throw new FormatException(file.path() + " was made for another model: its update of "
                    + entry.target().folder() + "'s " + weight + " has shape " + Arrays.toString(entry.shape())
                    + ", but the model's weight has " + Arrays.toString(base.shape())
                    + "; use a LoRA of the model's own family");
        }
    }

    private static FormatException noneFits(LoraFile file, Map<LoraTarget, TensorFile> model) throws FormatException {
        LoraEntry entry = file.entries().getFirst();
        String reads = "";
        TensorFile unet = model.get(LoraTarget.UNET);
        if (unet != null) {
            Optional<String> crossAttention = unet.names().stream()
                    .filter(name -> name.endsWith("attn2.to_k.weight"))
                    .findFirst();
            if (crossAttention.isPresent()) {
                reads = ", whose U-Net reads texts of width "
                        + unet.tensor(crossAttention.get()).shape()[1];
            }
        }
        return new FormatException(file.path() + " was made for another model: none of its "
                + file.entries().size() + " updates, such as " + entry.name() + " " + Arrays.toString(entry.shape())
                + ", belongs to a weight of this model" + reads + "; use a LoRA of the model's own family");
    }

    /** A part with updates. */
    private record Updated(TensorFile base, Map<String, List<LoraTensor.Update>> updates) implements TensorFile {
        @Override
        public Path path() {
            return base.path();
        }

        @Override
        public Set<String> names() {
            return base.names();
        }

        @Override
        public StoredTensor tensor(String name) throws FormatException {
            List<LoraTensor.Update> here = updates.get(name);
            return here == null ? base.tensor(name) : new LoraTensor(base.tensor(name), here);
        }

        @Override
        public void close() {
            base.close();
        }
    }
}
