package org.tornadonn.engine;

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
        boolean fp64) {}
