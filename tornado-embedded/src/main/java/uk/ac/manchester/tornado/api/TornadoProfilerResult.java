package uk.ac.manchester.tornado.api;

/** Figures of one execution: nanoseconds and bytes. Times are zero unless the plan has a profiler; bytes are always counted. */
public class TornadoProfilerResult {
    private final long total;
    private final long compile;
    private final long kernel;
    private final long bytesIn;
    private final long bytesOut;

    public TornadoProfilerResult(long total, long compile, long kernel, long bytesIn, long bytesOut) {
        this.total = total;
        this.compile = compile;
        this.kernel = kernel;
        this.bytesIn = bytesIn;
        this.bytesOut = bytesOut;
    }

    public long getTotalTime() {
        return total;
    }

    public long getCompileTime() {
        return compile;
    }

    /** Time that kernels ran on the device. */
    public long getDeviceKernelTime() {
        return kernel;
    }

    public long getTotalBytesCopyIn() {
        return bytesIn;
    }

    public long getTotalBytesCopyOut() {
        return bytesOut;
    }

    public long getTotalBytesTransferred() {
        return bytesIn + bytesOut;
    }
}
