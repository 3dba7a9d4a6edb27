package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.PartialGradients;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Computes the loss of a batch and adds its gradients to those of the parameters. Each thread takes whole parts of the batch,
 * forward and back, so that threads meet once a step, not in every kernel, and what one computes is not sought in the cache of
 * another. If there are more threads than parts, several work on each; a thread that finds none left helps with another's.
 *
 * <p>Each part has gradients of its own, which are summed in the order of the parts: results have the same bits for any
 * number of threads.
 */
public final class BatchGradients implements AutoCloseable {
    private final Compute compute;
    private final List<Workers> teams = new ArrayList<>();
    private final List<Tape> tapes = new ArrayList<>();
    private final List<PartialGradients> apart = new ArrayList<>();

    /** Gradients computed on these threads. */
    public BatchGradients(Compute compute) {
        this.compute = compute;
    }

    /**
     * Computes a batch.
     *
     * @param parts whose losses add up to the batch's; every batch must have as many
     * @param share what the gradients are multiplied by: 1 / n if n batches make a step
     * @return the loss, not multiplied
     * @throws RuntimeException what a part throws; the gradients mean nothing then, nor do later ones of this object
     */
    public double add(List<BatchPart> parts, float share) {
        prepare(parts.size());
        double[] losses = new double[parts.size()];
        AtomicInteger next = new AtomicInteger();
        Set<Workers> working = ConcurrentHashMap.newKeySet();
        compute.workers().run(tapes.size(), team -> {
            Tape tape = tapes.get(team);
            working.add(teams.get(team));
            try {
                for (int part = next.getAndIncrement(); part < losses.length; part = next.getAndIncrement()) {
                    if (part > 0) {
                        tape.collectIn(apart.get(part - 1));
                    }
                    losses[part] = walk(tape, parts.get(part), share);
                }
            } finally {
                working.remove(teams.get(team));
            }
            for (Workers other : teams) {
                if (working.contains(other)) {
                    other.help(() -> !working.contains(other));
                }
            }
        });
        PartialGradients.addUp(compute, apart);
        return Arrays.stream(losses).sum();
    }

    private static double walk(Tape tape, BatchPart part, float share) {
        Tensor loss = part.loss(tape);
        double value = loss.item();
        tape.backward(share == 1 ? loss : ArithmeticOps.affine(tape, loss, share, 0));
        tape.reset();
        return value;
    }

    /** The first part's gradients are the parameters' own; a single part works with all threads in every kernel. */
    private void prepare(int parts) {
        int threads = compute.workers().threads();
        int wanted = Math.min(parts, threads);
        while (tapes.size() < wanted) {
            int i = tapes.size();
            Workers team =
                    parts == 1 ? compute.workers() : Workers.of(threads * (i + 1) / wanted - threads * i / wanted);
            teams.add(team);
            tapes.add(Tape.recording(new Compute(compute.kernels(), team)));
        }
        while (apart.size() < parts - 1) {
            apart.add(new PartialGradients());
        }
    }

    /** Ends the threads that it started. */
    @Override
    public void close() {
        for (Workers team : teams) {
            if (team != compute.workers()) {
                team.close();
            }
        }
    }
}
