package org.tornadonn.benchmarks.result;

import java.util.List;

/**
 * What a device was measured to do at most.
 *
 * @param copies rates of copy kernels, by ascending working set
 * @param operations float32 operations per second of a multiply-add kernel
 * @param toDevice bytes per second
 * @param toHost bytes per second
 */
public record Peaks(List<Copy> copies, double operations, double toDevice, double toHost) {
    /**
     * @param bytes read and written by a copy
     * @param rate bytes per second, read and written
     */
    public record Copy(long bytes, double rate) {}

    /** The copy rate of the working set that is nearest to {@code bytes} by ratio. */
    public double bandwidth(long bytes) {
        Copy nearest = copies.getFirst();
        for (Copy copy : copies) {
            if (distance(copy, bytes) < distance(nearest, bytes)) {
                nearest = copy;
            }
        }
        return nearest.rate();
    }

    private static double distance(Copy copy, long bytes) {
        return Math.abs(Math.log((double) copy.bytes() / Math.max(1, bytes)));
    }

    /** Seconds that the work takes at the peaks. */
    public double seconds(long bytes, long operations) {
        return Math.max(bytes / bandwidth(bytes), operations / this.operations);
    }

    /** Whether moving the bytes takes longer at the peaks than the operations do. */
    public boolean memoryBound(long bytes, long operations) {
        return bytes / bandwidth(bytes) >= operations / this.operations;
    }

    /** The bandwidth of the largest working set. */
    public double memory() {
        return copies.getLast().rate();
    }
}
