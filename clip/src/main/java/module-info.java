/** CLIP: the byte-pair tokenizer, the text encoder and the image encoder. */
module dev.mezzotint.clip {
    requires transitive dev.mezzotint.engine;

    exports dev.mezzotint.clip.model;
    exports dev.mezzotint.clip.tokenizer;
}
