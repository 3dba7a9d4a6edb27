package dev.mezzotint.diffusion.sampler;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sampling methods there are, by the name that users give and by the class that diffusers has for them. */
public enum SamplerKind {
    /** Denoising diffusion implicit models (Song et al. 2021). */
    DDIM("ddim", "DDIMScheduler"),
    /** Denoising diffusion probabilistic models (Ho et al. 2020). */
    DDPM("ddpm", "DDPMScheduler");

    private final String label;
    private final String schedulerClass;

    SamplerKind(String label, String schedulerClass) {
        this.label = label;
        this.schedulerClass = schedulerClass;
    }

    /** The name that users give. */
    public String label() {
        return label;
    }

    /** The class that {@code scheduler_config.json} names. */
    public String schedulerClass() {
        return schedulerClass;
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
                .orElseThrow(() -> new IllegalArgumentException("sampler \"" + label + "\" is not known; use "
                        + Arrays.stream(values()).map(SamplerKind::label).collect(Collectors.joining(", "))));
    }

    /**
     * The method of a class that a configuration names.
     *
     * @throws IllegalArgumentException naming those that are known
     */
    public static SamplerKind ofSchedulerClass(String schedulerClass) {
        return Arrays.stream(values())
                .filter(kind -> kind.schedulerClass.equals(schedulerClass))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the scheduler class " + schedulerClass
                        + " is not supported; choose a sampler instead: "
                        + Arrays.stream(values()).map(SamplerKind::label).collect(Collectors.joining(", "))));
    }

    /**
     * Sets the method up for a run, with its standard options (DDIM: η = 0).
     *
     * @param config the model's schedule and what the method needs of it
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public Sampler create(SchedulerConfig config, int steps, BatchShape shape) {
        return switch (this) {
            case DDIM -> new DdimSampler(config, steps, shape, 0, false);
            case DDPM -> new DdpmSampler(config, steps, shape);
        };
    }
}
