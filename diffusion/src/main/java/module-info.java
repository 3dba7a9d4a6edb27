/** Text-to-image diffusion: schedules, samplers, guidance, U-Net, VAE, pipelines, training and the command line. */
module dev.mezzotint.diffusion {
    requires transitive dev.mezzotint.clip;
    requires transitive dev.mezzotint.engine;

    // Draws the loss curves.
    requires java.desktop;

    // Static: only the command line needs it.
    requires static info.picocli;

    opens dev.mezzotint.diffusion.cli to
            info.picocli;

    exports dev.mezzotint.diffusion.checkpoint;
    exports dev.mezzotint.diffusion.schedule;
    exports dev.mezzotint.diffusion.sampler;
    exports dev.mezzotint.diffusion.evaluation;
    exports dev.mezzotint.diffusion.guidance;
    exports dev.mezzotint.diffusion.model.unet;
    exports dev.mezzotint.diffusion.model.vae;
    exports dev.mezzotint.diffusion.prompt;
    exports dev.mezzotint.diffusion.pipeline;
    exports dev.mezzotint.diffusion.training;
}
