package org.tornadonn.benchmarks.result;

/**
 * A device and its peaks.
 *
 * @param index as the command line counts them
 * @param kernels their shape, lanes or groups; null in results from before there was a choice
 * @param driver its version, or null where the engine does not tell
 * @param peaks null where they could not be measured
 */
public record DeviceRecord(
        int index,
        String backend,
        String type,
        String name,
        String platform,
        String kernels,
        String driver,
        int units,
        long memory,
        Peaks peaks) {}
