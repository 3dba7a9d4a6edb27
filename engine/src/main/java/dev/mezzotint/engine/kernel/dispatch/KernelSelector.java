package dev.mezzotint.engine.kernel.dispatch;

import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.scalar.ScalarActivation;
import dev.mezzotint.engine.kernel.scalar.ScalarAttention;
import dev.mezzotint.engine.kernel.scalar.ScalarConv;
import dev.mezzotint.engine.kernel.scalar.ScalarElementwise;
import dev.mezzotint.engine.kernel.scalar.ScalarGemm;
import dev.mezzotint.engine.kernel.scalar.ScalarNorm;
import dev.mezzotint.engine.kernel.scalar.ScalarOptimizer;
import dev.mezzotint.engine.kernel.scalar.ScalarPeak;
import dev.mezzotint.engine.kernel.scalar.ScalarResample;
import dev.mezzotint.engine.kernel.scalar.ScalarSoftmax;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Chooses between scalar and SIMD kernels once a process and logs why. The system property {@value #PROPERTY} set to
 * {@code scalar} or {@code simd} overrides the choice.
 */
public final class KernelSelector {
    /** Name of the system property that forces one kind. */
    public static final String PROPERTY = "mezzotint.kernels";

    private KernelSelector() {}

    /**
     * The kernels for this machine.
     *
     * @throws IllegalArgumentException if {@value #PROPERTY} is set and neither {@code scalar} nor {@code simd}
     */
    public static Kernels kernels() {
        String wish = System.getProperty(PROPERTY, "");
        // Here and not where the choice is made: what a class throws while it is loaded reaches nobody as a sentence.
        if (!wish.isEmpty() && !wish.equals("scalar") && !wish.equals("simd")) {
            throw new IllegalArgumentException(
                    "-D" + PROPERTY + " must be 'scalar' or 'simd', but is '" + wish + "'; correct or drop it");
        }
        return Chosen.KERNELS;
    }

    /** The scalar kernels, the oracle of all tests. */
    public static Kernels scalar() {
        return new Kernels(
                "scalar",
                new ScalarGemm(),
                new ScalarConv(),
                new ScalarAttention(),
                new ScalarNorm(),
                new ScalarSoftmax(),
                new ScalarActivation(),
                new ScalarElementwise(),
                new ScalarResample(),
                new ScalarOptimizer(),
                new ScalarPeak());
    }

    private static final class Chosen {
        private static final Logger LOG = System.getLogger(KernelSelector.class.getName());
        private static final Kernels KERNELS = choose();

        private static Kernels choose() {
            String wish = System.getProperty(PROPERTY, "");
            if (wish.equals("scalar")) {
                LOG.log(Level.DEBUG, "kernels: scalar, because -D{0}=scalar asks for them", PROPERTY);
                return scalar();
            }
            if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "kernels: scalar, many times slower, because the JVM was started without"
                                + " --add-modules jdk.incubator.vector; add that option");
                return scalar();
            }
            if (wish.isEmpty() && !FusedMultiplyAdd.isInstruction()) {
                LOG.log(
                        Level.WARNING,
                        "kernels: scalar, several times slower, because here Java multiplies and adds without the FMA"
                                + " instruction that the vector kernels need; drop -XX:-UseFMA or -XX:UseAVX=0 if one"
                                + " of them is set");
                return scalar();
            }
            Kernels simd = SimdKernels.create();
            LOG.log(Level.DEBUG, "kernels: {0}", simd.name());
            return simd;
        }
    }
}
