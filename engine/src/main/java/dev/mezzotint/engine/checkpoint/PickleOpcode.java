package dev.mezzotint.engine.checkpoint;

import java.util.Optional;

/**
 * The instructions of Python's pickle format, protocols 0 to 5, by the names that Python's {@code pickletools} gives
 * them. Those of the first group are what {@code torch.save} writes; the others are known so that they can be refused
 * by name.
 */
enum PickleOpcode {
    PROTO(0x80),
    STOP('.'),
    MARK('('),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8a),
    BINFLOAT('G'),
    BINUNICODE('X'),
    EMPTY_DICT('}'),
    SETITEM('s'),
    SETITEMS('u'),
    EMPTY_LIST(']'),
    APPEND('a'),
    APPENDS('e'),
    EMPTY_TUPLE(')'),
    TUPLE('t'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    BINPUT('q'),
    LONG_BINPUT('r'),
    BINGET('h'),
    LONG_BINGET('j'),
    GLOBAL('c'),
    REDUCE('R'),
    BUILD('b'),
    BINPERSID('Q'),

    PERSID('P'),
    INST('i'),
    OBJ('o'),
    NEWOBJ(0x81),
    NEWOBJ_EX(0x92),
    STACK_GLOBAL(0x93),
    EXT1(0x82),
    EXT2(0x83),
    EXT4(0x84),
    POP('0'),
    POP_MARK('1'),
    DUP('2'),
    INT('I'),
    LONG('L'),
    LONG4(0x8b),
    FLOAT('F'),
    STRING('S'),
    BINSTRING('T'),
    SHORT_BINSTRING('U'),
    UNICODE('V'),
    SHORT_BINUNICODE(0x8c),
    BINUNICODE8(0x8d),
    BINBYTES('B'),
    SHORT_BINBYTES('C'),
    BINBYTES8(0x8e),
    BYTEARRAY8(0x96),
    NEXT_BUFFER(0x97),
    READONLY_BUFFER(0x98),
    DICT('d'),
    LIST('l'),
    EMPTY_SET(0x8f),
    ADDITEMS(0x90),
    FROZENSET(0x91),
    PUT('p'),
    GET('g'),
    MEMOIZE(0x94),
    FRAME(0x95);

    private static final PickleOpcode[] BY_CODE = new PickleOpcode[256];

    static {
        for (PickleOpcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    PickleOpcode(int code) {
        this.code = code;
    }

    /** The instruction of this byte; empty where there is none. */
    static Optional<PickleOpcode> find(int code) {
        return Optional.ofNullable(BY_CODE[code]);
    }
}
