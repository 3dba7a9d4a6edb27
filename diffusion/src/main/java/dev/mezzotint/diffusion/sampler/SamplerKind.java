package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.engine.json.Json;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The sampling methods there are, by the name that users give and by the class that diffusers has for them. Methods
 * that end in {@code _KARRAS} visit the noise levels of Karras et al. 2022 instead of those of evenly spaced timesteps.
 */
public enum SamplerKind {
    /** Denoising diffusion implicit models (Song et al. 2021). */
    DDIM("ddim", SchedulerClass.DDIM),
    /** Denoising diffusion probabilistic models (Ho et al. 2020). */
    DDPM("ddpm", SchedulerClass.DDPM),
    /** Pseudo numerical methods, PLMS (Liu et al. 2022). */
    PNDM("pndm", SchedulerClass.PNDM),
    /** Euler's method (Karras et al. 2022). */
    EULER("euler", SchedulerClass.EULER),
    /** {@link #EULER} with Karras' noise levels. */
    EULER_KARRAS("euler_karras", SchedulerClass.EULER),
    /** Euler's method with ancestral noise. */
    EULER_A("euler_a", SchedulerClass.EULER_ANCESTRAL),
    /** Heun's method, two evaluations a step (Karras et al. 2022). */
    HEUN("heun", SchedulerClass.HEUN),
    /** {@link #HEUN} with Karras' noise levels. */
    HEUN_KARRAS("heun_karras", SchedulerClass.HEUN),
    /** Linear multistep (Adams–Bashforth). */
    LMS("lms", SchedulerClass.LMS),
    /** {@link #LMS} with Karras' noise levels. */
    LMS_KARRAS("lms_karras", SchedulerClass.LMS),
    /** DPM-Solver++, multistep, second order (Lu et al. 2022). */
    DPMPP_2M("dpmpp_2m", SchedulerClass.DPM_SOLVER),
    /** {@link #DPMPP_2M} with Karras' noise levels. */
    DPMPP_2M_KARRAS("dpmpp_2m_karras", SchedulerClass.DPM_SOLVER),
    /** SDE-DPM-Solver++, multistep, second order (Lu et al. 2022). */
    DPMPP_2M_SDE("dpmpp_2m_sde", SchedulerClass.DPM_SOLVER),
    /** {@link #DPMPP_2M_SDE} with Karras' noise levels. */
    DPMPP_2M_SDE_KARRAS("dpmpp_2m_sde_karras", SchedulerClass.DPM_SOLVER),
    /** Unified predictor-corrector (Zhao et al. 2023). */
    UNIPC("unipc", SchedulerClass.UNI_PC),
    /** {@link #UNIPC} with Karras' noise levels. */
    UNIPC_KARRAS("unipc_karras", SchedulerClass.UNI_PC),
    /** Latent consistency models (Luo et al. 2023). */
    LCM("lcm", SchedulerClass.LCM);

    private static final String KARRAS_SUFFIX = "_karras";

    private final String label;
    private final SchedulerClass scheduler;

    SamplerKind(String label, SchedulerClass scheduler) {
        this.label = label;
        this.scheduler = scheduler;
    }

    /** The name that users give. */
    public String label() {
        return label;
    }

    /** The class that {@code scheduler_config.json} names. */
    public String schedulerClass() {
        return scheduler.className();
    }

    SchedulerClass scheduler() {
        return scheduler;
    }

    /** Whether the noise levels are those of Karras et al. */
    public boolean karras() {
        return label.endsWith(KARRAS_SUFFIX);
    }

    /** Whether DPM-Solver++ solves the stochastic equation. */
    boolean stochasticSolver() {
        return this == DPMPP_2M_SDE || this == DPMPP_2M_SDE_KARRAS;
    }

    /**
     * The method of a name that a user gave.
     *
     * @throws IllegalArgumentException naming those that are known
     */
    public static SamplerKind ofLabel(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("sampler \"" + label + "\" is not known; use " + labels()));
    }

    /** Whether there is a method for a class that a configuration names. */
    public static boolean knowsSchedulerClass(String schedulerClass) {
        return Arrays.stream(values()).anyMatch(kind -> kind.schedulerClass().equals(schedulerClass));
    }

    /**
     * The method that a {@code scheduler_config.json} asks for: its {@code _class_name} together with
     * {@code use_karras_sigmas} and {@code algorithm_type}.
     *
     * @throws IllegalArgumentException for a class or an algorithm that is not supported, naming it and the methods
     *     there are
     */
    public static SamplerKind of(Json scheduler) {
        String className = scheduler.string("_class_name");
        SamplerKind plain = Arrays.stream(values())
                .filter(kind -> kind.schedulerClass().equals(className))
                .findFirst()
                .orElseThrow(() -> unsupported("the scheduler class " + className));
        if (plain == DPMPP_2M) {
            plain = ofAlgorithm(ConfigKeys.string(scheduler, "algorithm_type", "dpmsolver++"));
        }
        boolean karras = plain.scheduler.knowsKarrasSigmas() && ConfigKeys.bool(scheduler, "use_karras_sigmas", false);
        return karras ? ofLabel(plain.label + KARRAS_SUFFIX) : plain;
    }

    private static SamplerKind ofAlgorithm(String algorithm) {
        if (algorithm.equals("sde-dpmsolver++")) {
            return DPMPP_2M_SDE;
        }
        // diffusers takes deis, from another class's configuration, for its own default
        if (algorithm.equals("dpmsolver++") || algorithm.equals("deis")) {
            return DPMPP_2M;
        }
        throw unsupported("algorithm_type \"" + algorithm + "\" of DPMSolverMultistepScheduler");
    }

    private static IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException(what + " is not supported; choose a sampler instead: " + labels());
    }

    private static String labels() {
        return Arrays.stream(values()).map(SamplerKind::label).collect(Collectors.joining(", "));
    }

    /**
     * Sets the method up for a run, with its standard options (DDIM: η = 0).
     *
     * @param config the model's schedule and what the method needs of it
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps or the options don't fit the schedule or the method
     */
    public Sampler create(SchedulerConfig config, int steps, BatchShape shape) {
        SchedulerConfig own = config.withKind(this);
        return switch (this) {
            case DDIM -> new DdimSampler(own, steps, shape, 0, false);
            case DDPM -> new DdpmSampler(own, steps, shape);
            case PNDM -> new PndmSampler(own, steps, shape);
            case EULER, EULER_KARRAS -> new EulerSampler(own, steps, shape);
            case EULER_A -> new EulerAncestralSampler(own, steps, shape);
            case HEUN, HEUN_KARRAS -> new HeunSampler(own, steps, shape);
            case LMS, LMS_KARRAS -> new LmsSampler(own, steps, shape);
            case DPMPP_2M, DPMPP_2M_KARRAS, DPMPP_2M_SDE, DPMPP_2M_SDE_KARRAS ->
                new DpmSolverSampler(own, steps, shape);
            case UNIPC, UNIPC_KARRAS -> new UniPcSampler(own, steps, shape);
            case LCM -> new LcmSampler(own, steps, shape);
        };
    }
}
