package org.tornadonn.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The tests run on the engine that was asked for, and by default on a real device. */
class EngineTest {
    @Test
    void isTheOneThatWasAskedFor() {
        String engine = System.getProperty("engine");
        String name = Engine.name();
        assertTrue(engine.equals("sdk") || engine.equals("embedded"), engine);
        assertEquals(engine.equals("sdk"), name.startsWith("TornadoVM SDK"), name);
        assertEquals(engine.equals("embedded"), name.startsWith("tornado-embedded"), name);
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        assertTrue(
                device.getTornadoVMBackend() != TornadoVMBackendType.VIRTUAL, "the interpreter is never the default");
        System.out.println("Engine: " + Engine.describe(device));
    }
}
