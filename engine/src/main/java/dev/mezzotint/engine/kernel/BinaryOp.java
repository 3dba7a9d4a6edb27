package dev.mezzotint.engine.kernel;

/** Element-wise operations of two operands. */
public enum BinaryOp {
    /** a + b. */
    ADD,
    /** a − b. */
    SUBTRACT,
    /** a · b. */
    MULTIPLY,
    /** a / b. */
    DIVIDE
}
