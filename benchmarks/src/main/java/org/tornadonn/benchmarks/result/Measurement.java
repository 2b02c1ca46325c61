package org.tornadonn.benchmarks.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * One figure: an op in one direction, of one size, on one device, by one contender.
 *
 * @param device index of the device, or -1 for a peer
 * @param contender tornado-nn, or a peer
 * @param bytes the least that must be moved per launch
 * @param operations per launch
 * @param images per launch for training steps, else 0
 * @param compileMillis compiling the kernels; null where it cannot be told apart
 * @param firstMillis the first execution with the transfer of its inputs, without compiling where that can be told apart
 * @param kernelNanos samples of the time on the device; empty where it is not reported
 * @param wallNanos samples of the time that the program waits
 * @param deviceBytes that a model plans on the device; null for ops
 * @param processBytes the most memory that the process held in RAM meanwhile; null for ops and where the system does not tell
 * @param failure why there are no samples, or null
 */
public record Measurement(
        int device,
        String contender,
        String op,
        String pass,
        String shape,
        long bytes,
        long operations,
        int images,
        Double compileMillis,
        Double firstMillis,
        List<Double> kernelNanos,
        List<Double> wallNanos,
        Long deviceBytes,
        Long processBytes,
        String failure) {
    public static final String OURS = "tornado-nn";

    /** Ends the pass of what was run in turns with other libraries. */
    public static final String BESIDE = ", in turns";

    /** The failure that is the computer's size and no fault. */
    public static final String NO_MEMORY = "not enough memory on this computer";

    /** What is measured, on whatever device. */
    @JsonIgnore
    public String item() {
        return contender + " " + op + " " + pass + " " + shape;
    }

    /** Unique within a run. */
    @JsonIgnore
    public String key() {
        return device + " " + item();
    }

    @JsonIgnore
    public boolean failed() {
        return failure != null;
    }

    /** Whether something of ours did not run or was wrong. */
    @JsonIgnore
    public boolean faulty() {
        return failed() && contender.equals(OURS) && !failure.equals(NO_MEMORY);
    }

    /** Whether it was run in turns with other libraries. */
    @JsonIgnore
    public boolean beside() {
        return pass.endsWith(BESIDE);
    }

    /** Samples of the kernel time where there are any, else of the wall time. */
    @JsonIgnore
    public Samples time() {
        return new Samples(kernelNanos.isEmpty() ? wallNanos : kernelNanos);
    }

    @JsonIgnore
    public double millis() {
        return time().median() / 1e6;
    }

    /** Bytes per second. */
    @JsonIgnore
    public double byteRate() {
        return bytes / time().median() * 1e9;
    }

    /** Operations per second. */
    @JsonIgnore
    public double operationRate() {
        return operations / time().median() * 1e9;
    }

    /** The time at the device's peaks over the measured time. */
    public double share(Peaks peaks) {
        return peaks.seconds(bytes, operations) / (time().median() / 1e9);
    }
}
