/** Procedural captioned scenes, and the golden files. */
module dev.mezzotint.testdata {
    requires transitive dev.mezzotint.engine;
    requires org.joml;
}
