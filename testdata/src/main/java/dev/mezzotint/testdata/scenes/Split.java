package dev.mezzotint.testdata.scenes;

/** Which pairs of colour and shape a scene may hold; see {@link Appearance}. */
public enum Split {
    /** Only pairs that are not held out. */
    TRAIN,
    /** At least one held-out pair in every scene. */
    HELDOUT
}
