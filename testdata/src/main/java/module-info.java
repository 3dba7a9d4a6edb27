/** Procedural captioned scenes, and the golden files. */
module dev.mezzotint.testdata {
    requires transitive dev.mezzotint.engine;
    requires org.joml;

    exports dev.mezzotint.testdata.scenes;

    provides dev.mezzotint.engine.data.DatasetProvider with
            dev.mezzotint.testdata.scenes.ScenesProvider;
}
