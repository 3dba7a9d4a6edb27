package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.AttentionKernel;
import dev.mezzotint.engine.parallel.Workers;

/** A {@link AttentionKernel} whose calls are written down. */
final class TimedAttention implements AttentionKernel {
    private final KernelLog log;
    private final AttentionKernel kernel;

    TimedAttention(KernelLog log, AttentionKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void forward(
            Workers workers,
            AttentionGeometry geometry,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp) {
        log.time(
                KernelFamily.ATTENTION,
                kind(geometry),
                flops(geometry),
                floats(2 * rows(geometry)),
                () -> kernel.forward(workers, geometry, q, qOffset, k, kOffset, v, vOffset, out, outOffset, logSumExp));
    }

    @Override
    public void backward(
            Workers workers,
            AttentionGeometry geometry,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp,
            float[] dOut,
            int dOutOffset,
            float[] dq,
            int dqOffset,
            float[] dk,
            int dkOffset,
            float[] dv,
            int dvOffset) {
        log.time(
                KernelFamily.ATTENTION,
                kind(geometry) + ", backward",
                2.5 * flops(geometry),
                floats(4 * rows(geometry)),
                () -> kernel.backward(
                        workers,
                        geometry,
                        q,
                        qOffset,
                        k,
                        kOffset,
                        v,
                        vOffset,
                        out,
                        outOffset,
                        logSumExp,
                        dOut,
                        dOutOffset,
                        dq,
                        dqOffset,
                        dk,
                        dkOffset,
                        dv,
                        dvOffset));
    }

    private static String kind(AttentionGeometry g) {
        return "attention " + (g.batch() > 1 ? g.batch() + "×" : "") + g.heads() + "×" + g.queries() + "×" + g.keys()
                + "×" + g.width() + (g.causal() ? ", causal" : "");
    }

    private static double flops(AttentionGeometry g) {
        return g.causal() ? g.flops() / 2.0 : g.flops();
    }

    /** Queries and keys; outputs and values are as many. */
    private static double rows(AttentionGeometry g) {
        return (double) g.batch() * (g.queries() + g.keys()) * g.rowWidth();
    }
}
