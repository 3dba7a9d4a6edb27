/** Tensors, kernels, autograd, layers, optimisers, checkpoints, random numbers and images, on the JDK alone. */
module dev.mezzotint.engine {
    // Static: without --add-modules jdk.incubator.vector the scalar kernels do the work.
    requires static jdk.incubator.vector;

    exports dev.mezzotint.engine.autograd;
    exports dev.mezzotint.engine.checkpoint;
    exports dev.mezzotint.engine.data;
    exports dev.mezzotint.engine.image;
    exports dev.mezzotint.engine.json;
    exports dev.mezzotint.engine.kernel.dispatch;
    exports dev.mezzotint.engine.kernel;
    exports dev.mezzotint.engine.kernel.timing;
    exports dev.mezzotint.engine.nn;
    exports dev.mezzotint.engine.optim;
    exports dev.mezzotint.engine.parallel;
    exports dev.mezzotint.engine.random;
    exports dev.mezzotint.engine.shape;
    exports dev.mezzotint.engine.tensor;

    uses dev.mezzotint.engine.data.DatasetProvider;
}
