package org.tornadonn.engine.cuda;

import java.util.Optional;

/** A compiler from CUDA C to PTX. It needs neither a GPU nor a driver. */
public sealed interface PtxCompiler permits Nvrtc, Nvcc {
    /** The lowest architecture that CUDA 11 to 13 all compile for; its PTX runs on each later GPU. */
    String ARCHITECTURE = "compute_75";

    /** What to do where there is none. */
    String MISSING =
            "PTX is made by NVRTC (libnvrtc, on Debian and Ubuntu: apt-get install libnvrtc11.2 or newer) or by the nvcc of a"
                    + " CUDA toolkit; neither was found.";

    /** NVRTC, or else the nvcc of the PATH, which does the same with a process and files, in a second. */
    static Optional<PtxCompiler> find() {
        return Nvrtc.find().<PtxCompiler>map(n -> n).or(Nvcc::find);
    }

    /**
     * The PTX of a program.
     *
     * @param architecture such as compute_75
     * @throws uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException with the compiler's log
     */
    String compile(String source, String architecture);
}
