package org.tornadonn.engine;

import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/**
 * What a device is.
 *
 * @param cpu whether its work-items are threads of a CPU, or an interpreter, rather than lanes of a GPU
 * @param memory global memory in bytes
 * @param maxAllocation largest single allocation in bytes
 * @param localMemory work-group memory in bytes
 */
public record DeviceInfo(
        String name,
        String platform,
        String version,
        boolean cpu,
        int computeUnits,
        long memory,
        long maxAllocation,
        long localMemory,
        long maxWorkGroupSize,
        boolean fp64) {
    /** Says how much memory an array needs and how much there is. */
    public TornadoOutOfMemoryException outOfMemory(long bytes, long available) {
        return new TornadoOutOfMemoryException(String.format(
                "The device %s has not enough memory: %,d bytes needed for an array, %,d available in all, %,d at most at"
                        + " once.",
                name, bytes, available, maxAllocation));
    }
}
