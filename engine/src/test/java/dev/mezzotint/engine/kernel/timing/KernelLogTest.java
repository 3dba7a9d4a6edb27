package dev.mezzotint.engine.kernel.timing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.AttentionOps;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelLogTest {
    private final KernelLog log = new KernelLog();
    private final Parameters parameters = Parameters.create();
    private final Conv2d conv = new Conv2d(parameters.child("conv"), 3, 8, 3, 1, 1);
    private final GroupNorm norm = new GroupNorm(parameters.child("norm"), 4, 8, 1e-5);
    private final Linear linear = new Linear(parameters.child("linear"), 8, 16, true);
    private final Tensor image;

    KernelLogTest() {
        TorchGenerator generator = new TorchGenerator(1);
        parameters.initialize(generator);
        image = Tensor.of(generator.randn(2 * 5 * 7 * 3), 2, 5, 7, 3);
    }

    private float[] run(Kernels kernels) {
        Tape tape = Tape.inference(new Compute(kernels, Workers.shared()));
        Tensor x = norm.forward(tape, conv.forward(tape, image), Activation.SILU);
        Tensor rows = linear.forward(tape, x.reshape(2, 35, 8));
        return AttentionOps.attention(tape, rows, rows, rows, 4, false).data();
    }

    @Test
    void resultsStayTheSame() {
        assertArrayEquals(run(KernelSelector.kernels()), run(log.around(KernelSelector.kernels())));
    }

    @Test
    void everyCallIsWrittenDownWithItsWork() {
        run(log.around(KernelSelector.scalar()));
        List<KernelCall> calls = log.calls();
        assertEquals(
                List.of(
                        KernelFamily.CONVOLUTION,
                        KernelFamily.NORM,
                        KernelFamily.MATRIX_PRODUCT,
                        KernelFamily.ATTENTION),
                calls.stream().map(KernelCall::family).toList());
        assertEquals(2.0 * 70 * 27 * 8, calls.get(0).flops());
        assertEquals(4.0 * (70 * 3 + 70 * 8 + 27 * 8), calls.get(0).bytes());
        assertEquals(4.0 * 2 * 70 * 8, calls.get(1).bytes());
        assertEquals("matmul 70×16×8", calls.get(2).kind());
        assertEquals(2.0 * 70 * 16 * 8, calls.get(2).flops());
        assertEquals(4.0 * 2 * 35 * 35 * 16, calls.get(3).flops());
        assertTrue(calls.stream().allMatch(call -> call.nanos() > 0));
    }

    @Test
    void aNormIsKnownByItsFactors() {
        run(log.around(KernelSelector.scalar()));
        Optional<Object> weight = log.calls().get(1).weight();
        assertSame(parameters.list().get(2).value().data(), weight.orElseThrow());
        assertEquals("norm.weight", parameters.list().get(2).name());
    }

    @Test
    void aClearedLogIsEmpty() {
        run(log.around(KernelSelector.scalar()));
        log.clear();
        assertEquals(List.of(), log.calls());
    }
}
