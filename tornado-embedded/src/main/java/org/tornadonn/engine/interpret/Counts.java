package org.tornadonn.engine.interpret;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** What kernels did while {@link InterpreterDevice#count} looked on: floating-point operations, and accesses to each global array. */
public final class Counts {
    /** Accesses to one array. */
    public static final class Traffic {
        private final int elementBytes;
        private final BitSet read = new BitSet();
        private final BitSet written = new BitSet();
        private long accesses;

        Traffic(int elementBytes) {
            this.elementBytes = elementBytes;
        }

        void load(int index) {
            accesses++;
            if (!written.get(index)) {
                read.set(index);
            }
        }

        void store(int index) {
            accesses++;
            written.set(index);
        }

        long bytes() {
            return accesses * elementBytes;
        }

        /** Bytes of the distinct elements that were read before any kernel wrote them, and of the distinct elements written. */
        public long distinctBytes() {
            return (long) elementBytes * (read.cardinality() + written.cardinality());
        }
    }

    private final Map<MemorySegment, Traffic> arrays = new HashMap<>();
    private long operations;

    Counts() {}

    void operation() {
        operations++;
    }

    Traffic array(MemorySegment host, int elementBytes) {
        return arrays.computeIfAbsent(host, _ -> new Traffic(elementBytes));
    }

    /**
     * Additions, multiplications, divisions, negations, and calls of the mathematics library, minimum and maximum among them, of
     * floating-point numbers; one per lane. Comparisons, selections and conversions are none.
     */
    public long operations() {
        return operations;
    }

    /** Bytes of all loads from and stores to global arrays. */
    public long bytes() {
        return arrays.values().stream().mapToLong(Traffic::bytes).sum();
    }

    /** Accesses to the array that has its elements at {@code host} in host memory. */
    public Traffic of(MemorySegment host) {
        Traffic traffic = arrays.get(host);
        if (traffic == null) {
            throw new IllegalArgumentException("no kernel was given the array");
        }
        return traffic;
    }
}
