package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** What a kernel knows of its place in the grid, its work-group's memory and barriers. It has a meaning on a device only. */
public class KernelContext {
    public final Integer globalIdx = 0;
    public final Integer globalIdy = 0;
    public final Integer globalIdz = 0;
    public final Integer groupIdx = 0;
    public final Integer groupIdy = 0;
    public final Integer groupIdz = 0;
    public final Integer localIdx = 0;
    public final Integer localIdy = 0;
    public final Integer localIdz = 0;
    public final Integer globalGroupSizeX = 0;
    public final Integer globalGroupSizeY = 0;
    public final Integer globalGroupSizeZ = 0;
    public final Integer localGroupSizeX = 0;
    public final Integer localGroupSizeY = 0;
    public final Integer localGroupSizeZ = 0;

    /** Waits for the work-group; fences its local memory. */
    public void localBarrier() {
        throw onDeviceOnly();
    }

    /** Waits for the work-group; fences global memory too. */
    public void globalBarrier() {
        throw onDeviceOnly();
    }

    /** Memory shared by a work-group; the size is a constant or made of scalar arguments. */
    public float[] allocateFloatLocalArray(int size) {
        throw onDeviceOnly();
    }

    /** Memory shared by a work-group; the size is a constant or made of scalar arguments. */
    public int[] allocateIntLocalArray(int size) {
        throw onDeviceOnly();
    }

    /** Memory shared by a work-group; the size is a constant or made of scalar arguments. */
    public long[] allocateLongLocalArray(int size) {
        throw onDeviceOnly();
    }

    /** Memory shared by a work-group; the size is a constant or made of scalar arguments. */
    public double[] allocateDoubleLocalArray(int size) {
        throw onDeviceOnly();
    }

    public void atomicAdd(IntArray array, int index, int value) {
        throw onDeviceOnly();
    }

    public void atomicAdd(int[] array, int index, int value) {
        throw onDeviceOnly();
    }

    public void atomicAdd(LongArray array, int index, long value) {
        throw onDeviceOnly();
    }

    /** The sum over a sub-group. The embedded engine refuses kernels that call it. */
    public float simdSum(float value) {
        throw onDeviceOnly();
    }

    /** A fragment of a result, filled with a value. The embedded engine refuses kernels that use fragments, as below. */
    public float[] mmaFragment(float value) {
        throw onDeviceOnly();
    }

    /** The fragment of a tile of local memory, two halves to an int. */
    public HalfFloat[] mmaLoadA(int[] tile, int k) {
        throw onDeviceOnly();
    }

    /** The fragment of a tile of local memory, two halves to an int. */
    public HalfFloat[] mmaLoadB(int[] tile, int k) {
        throw onDeviceOnly();
    }

    /** a b + c on tensor cores. */
    public float[] mma(HalfFloat[] a, HalfFloat[] b, float[] c, MMAShape shape) {
        throw onDeviceOnly();
    }

    /** Writes a fragment to where its tile begins. */
    public void mmaStore(float[] fragment, FloatArray target, int row, int column, int columns) {
        throw onDeviceOnly();
    }

    private static TornadoRuntimeException onDeviceOnly() {
        return new TornadoRuntimeException("A KernelContext kernel runs as a task of a TaskGraph, not as a Java call.");
    }
}
