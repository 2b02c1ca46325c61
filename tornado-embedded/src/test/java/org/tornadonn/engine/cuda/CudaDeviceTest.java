package org.tornadonn.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What needs no GPU. Where there is one, the tests of plans and features run on it as on each other device. */
@Tag("embedded")
class CudaDeviceTest {
    @Test
    void groupsDivideTheGrid() {
        assertArrayEquals(new long[] {64, 1, 1}, CudaDevice.groups(new long[] {4096, 3, 1}));
        assertArrayEquals(new long[] {20, 3, 1}, CudaDevice.groups(new long[] {20, 9, 7}));
        assertArrayEquals(new long[] {1, 1, 8}, CudaDevice.groups(new long[] {1009, 257, 8}));
    }
}
