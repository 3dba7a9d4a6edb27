package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.checkpoint.PickleValue.Bool;
import dev.mezzotint.engine.checkpoint.PickleValue.Dict;
import dev.mezzotint.engine.checkpoint.PickleValue.Global;
import dev.mezzotint.engine.checkpoint.PickleValue.Int;
import dev.mezzotint.engine.checkpoint.PickleValue.None;
import dev.mezzotint.engine.checkpoint.PickleValue.Real;
import dev.mezzotint.engine.checkpoint.PickleValue.Sequence;
import dev.mezzotint.engine.checkpoint.PickleValue.Text;
import dev.mezzotint.engine.checkpoint.PickleValue.Tuple;
import dev.mezzotint.engine.json.Json;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a pickle that holds tensors and nothing else. A pickle is a program; this runs the few instructions that
 * {@code torch.save} writes, on values of its own, and refuses every other by name. Nothing that a pickle names is ever
 * looked up, called or instantiated.
 *
 * <p>Format: Python's {@code Lib/pickletools.py}.
 */
final class PickleReader {
    private static final int MOST_VALUES = 1_000_000;
    private static final int DEEPEST = 1000;
    private static final int LONGEST_NAME = 200;

    private final Path path;
    private final ByteBuffer in;
    private final TorchObjects objects;
    private final Deque<List<PickleValue>> below = new ArrayDeque<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();
    private List<PickleValue> stack = new ArrayList<>();
    private int values;

    private PickleReader(Path path, ByteBuffer in, TorchObjects objects) {
        this.path = path;
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.objects = objects;
    }

    /**
     * The value that a pickle holds.
     *
     * @param path the file, for messages
     * @throws FormatException if it is damaged or holds anything but tensors, numbers, texts and collections of them
     */
    static PickleValue read(Path path, ByteBuffer in, TorchObjects objects) throws FormatException {
        try {
            return new PickleReader(path, in, objects).run();
        } catch (BufferUnderflowException e) {
            throw damaged(path, "ends too early");
        }
    }

    /** A pickle that breaks the format's rules. */
    static FormatException damaged(Path path, String what) {
        return new FormatException(path + " is damaged: its pickle " + what + "; fetch it again");
    }

    /** A pickle that may be sound but holds what is not read. */
    static FormatException refused(Path path, String what) {
        return new FormatException(path + " " + what
                + "; nothing in it was run, convert it to safetensors where you trust it or get it as such");
    }

    private PickleValue run() throws FormatException {
        while (true) {
            int code = in.get() & 0xFF;
            PickleOpcode opcode = PickleOpcode.find(code)
                    .orElseThrow(() -> damaged(path, "holds the byte " + code + " where an instruction belongs"));
            if (opcode == PickleOpcode.STOP) {
                return pop();
            }
            execute(opcode);
        }
    }

    private void execute(PickleOpcode opcode) throws FormatException {
        switch (opcode) {
            case PROTO -> requireProtocol(in.get());
            case MARK -> mark();
            case NONE -> push(None.NONE);
            case NEWTRUE -> push(new Bool(true));
            case NEWFALSE -> push(new Bool(false));
            case BININT -> push(new Int(in.getInt()));
            case BININT1 -> push(new Int(in.get() & 0xFF));
            case BININT2 -> push(new Int(in.getShort() & 0xFFFF));
            case LONG1 -> push(new Int(longInteger()));
            case BINFLOAT -> push(new Real(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))));
            case BINUNICODE -> push(new Text(text()));
            case EMPTY_DICT -> push(new Dict(new LinkedHashMap<>()));
            case SETITEM -> setItems(popLast(2));
            case SETITEMS -> setItems(popMark());
            case EMPTY_LIST -> push(new Sequence(new ArrayList<>()));
            case APPEND -> append(popLast(1));
            case APPENDS -> append(popMark());
            case EMPTY_TUPLE -> push(new Tuple(List.of()));
            case TUPLE -> push(new Tuple(popMark()));
            case TUPLE1 -> push(new Tuple(popLast(1)));
            case TUPLE2 -> push(new Tuple(popLast(2)));
            case TUPLE3 -> push(new Tuple(popLast(3)));
            case BINPUT -> memo.put(in.get() & 0xFF, top());
            case LONG_BINPUT -> memo.put(in.getInt(), top());
            case BINGET -> push(remembered(in.get() & 0xFF));
            case LONG_BINGET -> push(remembered(in.getInt()));
            case GLOBAL -> push(global(line(), line()));
            case REDUCE -> {
                List<PickleValue> call = popLast(2);
                push(objects.call(call.get(0), call.get(1)));
            }
            case BUILD -> requireAttributesOfDict(popLast(1).get(0));
            case BINPERSID -> push(objects.storage(pop()));
            case STOP -> throw new AssertionError("run returns at STOP");
            case PERSID,
                    INST,
                    OBJ,
                    NEWOBJ,
                    NEWOBJ_EX,
                    STACK_GLOBAL,
                    EXT1,
                    EXT2,
                    EXT4,
                    POP,
                    POP_MARK,
                    DUP,
                    INT,
                    LONG,
                    LONG4,
                    FLOAT,
                    STRING,
                    BINSTRING,
                    SHORT_BINSTRING,
                    UNICODE,
                    SHORT_BINUNICODE,
                    BINUNICODE8,
                    BINBYTES,
                    SHORT_BINBYTES,
                    BINBYTES8,
                    BYTEARRAY8,
                    NEXT_BUFFER,
                    READONLY_BUFFER,
                    DICT,
                    LIST,
                    EMPTY_SET,
                    ADDITEMS,
                    FROZENSET,
                    PUT,
                    GET,
                    MEMOIZE,
                    FRAME ->
                throw refused(
                        path, "uses the pickle instruction " + opcode + ", which a file of tensors does not need");
        }
    }

    private void requireProtocol(int protocol) throws FormatException {
        if (protocol != 2 && protocol != 3) {
            throw refused(path, "is pickled by protocol " + (protocol & 0xFF) + ", but torch.save writes protocol 2");
        }
    }

    private void mark() throws FormatException {
        if (below.size() == DEEPEST) {
            throw damaged(path, "is nested deeper than " + DEEPEST + " levels");
        }
        below.push(stack);
        stack = new ArrayList<>();
    }

    private void push(PickleValue value) throws FormatException {
        if (++values > MOST_VALUES) {
            throw damaged(path, "holds more than " + MOST_VALUES + " values");
        }
        stack.add(value);
    }

    private PickleValue top() throws FormatException {
        if (stack.isEmpty()) {
            throw damaged(path, "takes a value where there is none");
        }
        return stack.getLast();
    }

    private PickleValue pop() throws FormatException {
        PickleValue top = top();
        stack.removeLast();
        return top;
    }

    private List<PickleValue> popLast(int count) throws FormatException {
        if (stack.size() < count) {
            throw damaged(path, "takes a value where there is none");
        }
        List<PickleValue> last = stack.subList(stack.size() - count, stack.size());
        List<PickleValue> popped = List.copyOf(last);
        last.clear();
        return popped;
    }

    private List<PickleValue> popMark() throws FormatException {
        if (below.isEmpty()) {
            throw damaged(path, "takes values back to a mark where there is none");
        }
        List<PickleValue> popped = stack;
        stack = below.pop();
        return popped;
    }

    private void setItems(List<PickleValue> items) throws FormatException {
        if (!(top() instanceof Dict dict) || items.size() % 2 != 0) {
            throw damaged(path, "puts pairs into what is no dictionary");
        }
        for (int i = 0; i < items.size(); i += 2) {
            switch (items.get(i)) {
                case Text _, Int _, Bool _, Real _ -> {
                    if (dict.entries().put(items.get(i), items.get(i + 1)) != null) {
                        throw damaged(path, "has a dictionary with a key twice");
                    }
                }
                case PickleValue _ ->
                    throw refused(path, "holds a dictionary whose keys are neither texts nor numbers");
            }
        }
    }

    private void append(List<PickleValue> items) throws FormatException {
        if (!(top() instanceof Sequence list)) {
            throw damaged(path, "appends to what is no list");
        }
        list.items().addAll(items);
    }

    private PickleValue remembered(int index) throws FormatException {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw damaged(path, "asks for a value that it did not remember");
        }
        return value;
    }

    /** Module state leaves its versions as attributes of an ordered dictionary; they are of no use here. */
    private void requireAttributesOfDict(PickleValue state) throws FormatException {
        if (!(top() instanceof Dict) || !(state instanceof Dict)) {
            throw refused(path, "sets the state of an object that is no dictionary");
        }
    }

    private PickleValue global(String module, String name) throws FormatException {
        return Global.find(module, name)
                .orElseThrow(() -> refused(
                        path, "holds the global " + Json.of(module + "." + name).print() + ", which is not a tensor"));
    }

    private String line() throws FormatException {
        StringBuilder line = new StringBuilder();
        for (int c = in.get() & 0xFF; c != '\n'; c = in.get() & 0xFF) {
            if (line.length() == LONGEST_NAME) {
                throw damaged(path, "holds a global whose name is longer than " + LONGEST_NAME + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private long longInteger() throws FormatException {
        int bytes = in.get() & 0xFF;
        if (bytes > Long.BYTES) {
            throw refused(path, "holds an integer of more than 64 bits");
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (in.get() & 0xFFL) << 8 * i;
        }
        int unused = Long.SIZE - 8 * bytes;
        return bytes == 0 ? 0 : value << unused >> unused;
    }

    private String text() throws FormatException {
        int bytes = in.getInt();
        if (bytes < 0 || bytes > in.remaining()) {
            throw damaged(
                    path,
                    "holds a text of " + Integer.toUnsignedString(bytes) + " bytes, but " + in.remaining() + " follow");
        }
        ByteBuffer text = in.slice(in.position(), bytes);
        in.position(in.position() + bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw damaged(path, "holds a text that is not UTF-8");
        }
    }
}
