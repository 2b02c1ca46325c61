package uk.ac.manchester.tornado.api;

import org.tornadonn.engine.runtime.Profile;

/** Figures of one execution: nanoseconds and bytes. Kernel times are zero unless the plan has a profiler. */
public class TornadoProfilerResult {
    private final Profile profile;

    TornadoProfilerResult(Profile profile) {
        this.profile = profile;
    }

    public long getTotalTime() {
        return profile.total();
    }

    public long getCompileTime() {
        return profile.compile();
    }

    /** Time that kernels ran on the device. */
    public long getDeviceKernelTime() {
        return profile.kernel();
    }

    public long getTotalBytesCopyIn() {
        return profile.bytesIn();
    }

    public long getTotalBytesCopyOut() {
        return profile.bytesOut();
    }

    public long getTotalBytesTransferred() {
        return profile.bytesIn() + profile.bytesOut();
    }
}
