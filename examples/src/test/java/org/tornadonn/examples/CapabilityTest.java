package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** What probes find, and that each no has its reason. */
class CapabilityTest {
    @Test
    void everyNoHasAReason() {
        for (TornadoDevice device : DeviceChoice.all()) {
            for (Capability capability : Capability.values()) {
                Capability.Answer answer = capability.of(device);
                assertEquals(answer.word().equals("yes"), answer.reason().isEmpty(), answer::toString);
            }
        }
    }

    /** On OpenCL simdSum is refused by the embedded engine, and by TornadoVM 5.2 taken for its own argument. */
    @Test
    void shufflesAndTensorCoresAreNotFoundOnOpenCl() {
        for (TornadoDevice device : DeviceChoice.all()) {
            if (device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL) {
                assertFalse(Capability.SHUFFLES.of(device).word().equals("yes"), "shuffles");
                assertFalse(Capability.TENSOR_CORES.of(device).word().equals("yes"), "tensor cores");
            }
        }
    }

    @Test
    @Tag("embedded")
    void theEngineSaysWhatItDoesNotTake() {
        TornadoDevice device = DeviceChoice.all().getLast();
        assertEquals(TornadoVMBackendType.VIRTUAL, device.getTornadoVMBackend());
        assertEquals("yes", Capability.DOUBLES.of(device).word());
        assertEquals("yes", Capability.HALVES.of(device).word());
        for (Capability refused : new Capability[] {Capability.SHUFFLES, Capability.TENSOR_CORES}) {
            Capability.Answer answer = refused.of(device);
            assertEquals("-", answer.word(), answer::toString);
            assertTrue(answer.reason().startsWith("not in this engine: Kernel Capability.k"), answer::toString);
        }
    }
}
