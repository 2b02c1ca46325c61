package org.tornadonn.engine.runtime;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What the engine sees of an array's memory, and TornadoVM's API does not show. */
public final class HostMemory {
    /** What the arrays grant. */
    public interface Access {
        MemorySegment elements(TornadoNativeArray array);

        boolean untouched(TornadoNativeArray array);
    }

    private static volatile Access access;

    private HostMemory() {}

    /** Called by the class of arrays, before there is one. */
    public static void grant(Access granted) {
        access = granted;
    }

    static MemorySegment elements(TornadoNativeArray array) {
        return access.elements(array);
    }

    /** Whether nobody has had its memory, so that it still holds the zeros it began with, in no page of RAM yet. */
    static boolean untouched(TornadoNativeArray array) {
        return access.untouched(array);
    }
}
