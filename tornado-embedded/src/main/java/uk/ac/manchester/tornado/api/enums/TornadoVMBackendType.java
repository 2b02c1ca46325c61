package uk.ac.manchester.tornado.api.enums;

/** Kinds of backends; the IR interpreter is VIRTUAL. */
public enum TornadoVMBackendType {
    OPENCL,
    METAL,
    PTX,
    CUDA,
    SPIRV,
    JAVA,
    VIRTUAL
}
