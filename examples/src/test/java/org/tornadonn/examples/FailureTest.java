package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/** What TornadoVM reports, and what the user reads of it. */
class FailureTest {
    /** As TornadoVM's class of this name, which the embedded engine has not. */
    private static final class TornadoBailoutRuntimeException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TornadoBailoutRuntimeException(String message) {
            super(message);
        }
    }

    private static void says(String part, Throwable e) {
        String said = Failure.explain(e);
        assertTrue(said.contains(part), said);
        assertFalse(said.contains("\u001b") || said.contains("\n"), said);
    }

    @Test
    void tornadoVmsReportsAreExplained() {
        says(
                "could not compile a kernel (Unable to build sketch for method: kNew), and nothing was run in its place",
                new TornadoBailoutRuntimeException("\u001b[31mUnable to build sketch for method: kNew\u001b[0m"));
        says(
                "Unable to allocate 786448 bytes of memory. Use a smaller batch",
                new TornadoOutOfMemoryException(
                        "Unable to allocate 786448 bytes of memory.\u001b[33m\n\tTo increase the maximum ...\u001b[0m"));
        says("5.2 or newer is needed", new NoSuchMethodError("TornadoExecutionPlan.withGraph(int)"));
        Throwable noDevice = new RuntimeException("\u001b[31m[WARNING] No OpenCL platforms found.\u001b[0m");
        says("could not start ([WARNING] No OpenCL platforms found.)", new ExceptionInInitializerError(noDevice));
        says("could not start", new UnsatisfiedLinkError("no tornado-opencl in java.library.path"));
    }

    @Test
    void otherMessagesStayAsTheyAre() {
        assertEquals("Do this.", Failure.explain(new UserException("Do this.")));
        assertEquals("java.lang.IllegalStateException", Failure.explain(new IllegalStateException()));
    }
}
