package org.tornadonn.engine.interpret;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tornadonn.engine.ir.Scalar;
import uk.ac.manchester.tornado.api.types.BFloat16;

/** The elements of one array during a launch, with what is needed to find faults: who wrote and read each, and when. */
final class Cells {
    private final String name;
    private final Scalar element;
    private final int length;
    private final MemorySegment memory;
    private final boolean shared;
    private final boolean[] written;
    private final Item.Moment[] writer;
    private final Item.Moment[] reader;
    private final Counts.Traffic traffic;

    private Cells(
            String name,
            Scalar element,
            int length,
            MemorySegment memory,
            boolean initialised,
            boolean shared,
            Counts.Traffic traffic) {
        this.name = name;
        this.element = element;
        this.length = length;
        this.memory = memory;
        this.shared = shared;
        written = initialised ? null : new boolean[length];
        writer = shared ? new Item.Moment[length] : null;
        reader = shared ? new Item.Moment[length] : null;
        this.traffic = traffic;
    }

    /** @param counts where accesses are counted, or null */
    static Cells global(String name, Scalar element, int length, InterpreterDevice.HostBuffer buffer, Counts counts) {
        Counts.Traffic traffic = counts == null ? null : counts.array(buffer.host(), element.bytes());
        return new Cells(name, element, length, buffer.memory(), true, true, traffic);
    }

    /** Local memory holds nothing until it is written. */
    static Cells local(String name, Scalar element, int length) {
        return new Cells(name, element, length, heap(element, length), false, true, null);
    }

    static Cells own(String name, Scalar element, int length) {
        return new Cells(name, element, length, heap(element, length), false, false, null);
    }

    private static MemorySegment heap(Scalar element, int length) {
        // Longs, so that elements of 8 bytes are aligned.
        return MemorySegment.ofArray(new long[(length * element.bytes() + 7) / 8]);
    }

    private void check(int index, Item item) {
        if (index < 0 || index >= length) {
            throw item.fault("index " + index + " is outside " + name + ", which has " + length + " elements");
        }
    }

    Object load(int index, Item item) {
        check(index, item);
        if (written != null && !written[index]) {
            throw item.fault(name + "[" + index + "] is read before it is written");
        }
        if (shared) {
            if (writer[index] != null && writer[index].races(item.moment())) {
                throw item.fault(
                        name + "[" + index + "] is read while work-item " + writer[index].item() + " writes it");
            }
            reader[index] = item.moment();
        }
        if (traffic != null) {
            traffic.load(index);
        }
        return switch (element) {
            case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
            case I64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, index);
            case I32 -> memory.getAtIndex(ValueLayout.JAVA_INT, index);
            case I16 -> (int) memory.getAtIndex(ValueLayout.JAVA_SHORT, index);
            case F16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case BF16 -> BFloat16.bf16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case I8, BOOL -> (int) memory.get(ValueLayout.JAVA_BYTE, index);
        };
    }

    void store(int index, Object value, Item item) {
        check(index, item);
        if (shared) {
            for (Item.Moment other : new Item.Moment[] {writer[index], reader[index]}) {
                if (other != null && other.races(item.moment())) {
                    throw item.fault(name + "[" + index + "] is written while work-item " + other.item() + " uses it");
                }
            }
            writer[index] = item.moment();
        }
        put(index, value);
    }

    /** Atomic: no race with other additions. */
    void add(int index, Object value, Item item) {
        check(index, item);
        if (traffic != null) {
            traffic.load(index);
        }
        Object old = switch (element) {
            case I64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, index);
            default -> memory.getAtIndex(ValueLayout.JAVA_INT, index);
        };
        put(index, Arithmetic.binary(org.tornadonn.engine.ir.Expr.BinaryOp.ADD, old, value));
    }

    void clear() {
        memory.fill((byte) 0);
        java.util.Arrays.fill(written, true);
    }

    private void put(int index, Object value) {
        if (traffic != null) {
            traffic.store(index);
        }
        if (written != null) {
            written[index] = true;
        }
        switch (element) {
            case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, (Float) value);
            case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, (Double) value);
            case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, index, (Long) value);
            case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, index, (Integer) value);
            case I16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, ((Integer) value).shortValue());
            case F16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((Float) value));
            case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, BFloat16.bf16FromFloat((Float) value));
            case I8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, index, ((Integer) value).byteValue());
        }
    }
}
