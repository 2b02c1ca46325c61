package org.tornadonn.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.compile.KernelCompiler;
import org.tornadonn.engine.interpret.InterpreterDevice;
import org.tornadonn.engine.opencl.OpenClDevice;
import org.tornadonn.engine.prebuilt.Scripts;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Exported kernels, built by fpga.sh with PoCL's compiler, run as binaries; and all that is refused on the way. */
@Tag("embedded")
class PrebuiltTest {
    private static final String SUMS = "PrebuiltTest_kGroupSums_p3_32";

    @TempDir
    Path folder;

    static void kRows(FloatArray y, FloatArray x, int rows, int columns) {
        for (@Parallel int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c += 16) {
                for (int lane = 0; lane < 16; lane++) {
                    int i = r * columns + c + lane;
                    y.set(i, TornadoMath.tanh(x.get(i)));
                }
            }
        }
    }

    static void kGroupSums(KernelContext context, FloatArray sums, FloatArray x, int group) {
        float[] shared = context.allocateFloatLocalArray(group);
        shared[context.localIdx] = x.get(context.globalIdx);
        context.localBarrier();
        for (int s = group / 2; s > 0; s /= 2) {
            if (context.localIdx < s) {
                shared[context.localIdx] += shared[context.localIdx + s];
            }
            context.localBarrier();
        }
        if (context.localIdx == 0) {
            sums.set(context.groupIdx, shared[0]);
        }
    }

    /** The results on a device that has compiled nothing yet. */
    private static float[] run(Device device) throws TornadoExecutionPlanException {
        FloatArray x = new FloatArray(1024);
        for (int i = 0; i < x.getSize(); i++) {
            x.set(i, (i * 37 % 101) / 50f - 1f);
        }
        FloatArray y = new FloatArray(1024);
        FloatArray sums = new FloatArray(32);
        WorkerGrid grid = new WorkerGrid1D(1024);
        grid.setLocalWork(32, 1, 1);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
                .task("rows", PrebuiltTest::kRows, y, x, 8, 128)
                .task("sums", PrebuiltTest::kGroupSums, new KernelContext(), sums, y, 32)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, sums);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(new RuntimeDevice(device, TornadoVMBackendType.OPENCL))
                    .withGridScheduler(new GridScheduler("g.sums", grid))
                    .execute();
        }
        return sums.toHeapArray();
    }

    private static Device device() {
        return OpenClDevice.all().getFirst();
    }

    @BeforeEach
    void export() throws Exception {
        System.setProperty("tornadonn.export", folder.toString());
    }

    @AfterEach
    void restore() {
        List.of("tornadonn.export", "tornadonn.export.for", "tornadonn.prebuilt")
                .forEach(System::clearProperty);
    }

    /** Exports, builds, and sets the property that asks for the binaries; returns what the compiled kernels gave. */
    private float[] build(String... options) throws Exception {
        int before = KernelCompiler.compilations();
        float[] compiled = run(device());
        assertEquals(before + 2, KernelCompiler.compilations());
        System.clearProperty("tornadonn.export");
        Object[] arguments = new Object[2 + options.length];
        arguments[0] = "driver";
        arguments[1] = folder;
        System.arraycopy(options, 0, arguments, 2, options.length);
        Scripts.Said said = Scripts.fpga(folder, Path.of("/dev/null"), arguments);
        assertEquals(0, said.code(), said.text());
        System.setProperty("tornadonn.prebuilt", folder.toString());
        return compiled;
    }

    private void sameBits(String... options) throws Exception {
        float[] compiled = build(options);
        int before = KernelCompiler.compilations();
        assertArrayEquals(compiled, run(device()), 0f);
        assertEquals(before, KernelCompiler.compilations(), "nothing is compiled");
        assertTrue(compiled[3] != 0f);
    }

    @Test
    void binariesGiveTheSameBits() throws Exception {
        sameBits();
        assertTrue(Files.exists(folder.resolve(SUMS + ".bin")));
    }

    @Test
    void soDoesOneBinaryOfAllKernels() throws Exception {
        sameBits("--together");
        assertTrue(Files.exists(folder.resolve("all.bin")));
        assertFalse(Files.exists(folder.resolve(SUMS + ".bin")));
    }

    private void refused(String... parts) {
        int before = KernelCompiler.compilations();
        Exception e = assertThrows(TornadoRuntimeException.class, () -> run(device()));
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertEquals(before, KernelCompiler.compilations(), "nothing is compiled in its place");
    }

    private void edit(String file, String old, String replacement) throws Exception {
        Path path = folder.resolve(file);
        String text = Files.readString(path);
        assertTrue(text.contains(old), text);
        Files.writeString(path, text.replace(old, replacement));
    }

    private String hash(String file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve(file))));
    }

    @Test
    void whatDoesNotFitIsRefusedByName() throws Exception {
        build();
        String manifest = Files.readString(folder.resolve("manifest.json"));
        String sha = hash(SUMS + ".cl");

        edit("manifest.json", "\"" + SUMS, "\"kAnother");
        refused("Kernel " + SUMS + " is not among the prebuilt", "--export");
        Files.writeString(folder.resolve("manifest.json"), manifest);

        edit("manifest.json", sha, "0".repeat(64));
        refused(SUMS, "is stale", "Export the kernels again");
        Files.writeString(folder.resolve("manifest.json"), manifest);

        edit("manifest.json", device().info().name(), "p385a_sch_ax115");
        refused("are for the device p385a_sch_ax115", "--device");
        edit("manifest.json", "kernels 1", "kernels 0");
        refused("manifest.json cannot be read", "export the kernels again");
        Files.writeString(folder.resolve("manifest.json"), manifest);

        edit(SUMS + ".built", sha, "0".repeat(64));
        refused(SUMS, "was built from an older source", "./fpga.sh");
        edit(SUMS + ".built", "0".repeat(64), sha);

        Path binary = folder.resolve(SUMS + ".bin");
        byte[] bytes = Files.readAllBytes(binary);
        bytes[bytes.length / 2] ^= 1;
        Files.write(binary, bytes);
        refused(SUMS + ".bin", "is damaged", "build it anew");

        String good = Files.readString(folder.resolve(SUMS + ".built"));
        Files.writeString(binary, "no binary of this device");
        Files.writeString(
                folder.resolve(SUMS + ".built"),
                sha + "  " + SUMS + ".cl\n" + hash(SUMS + ".bin") + "  " + SUMS + ".bin\n");
        refused("does not take the binary", SUMS, "CL_INVALID_BINARY", "another device or driver");

        Files.delete(binary);
        refused("is damaged");
        Files.writeString(folder.resolve(SUMS + ".built"), good);
        Files.delete(folder.resolve(SUMS + ".built"));
        refused("There is no binary of kernel " + SUMS, "./fpga.sh");

        Files.delete(folder.resolve("manifest.json"));
        refused("holds no exported kernels", "--export");
        System.setProperty("tornadonn.prebuilt", folder.resolve("none").toString());
        refused("holds no exported kernels");
    }

    @Test
    void theInterpreterRunsNoBinaries() throws Exception {
        build();
        edit("manifest.json", device().info().name(), "IR interpreter");
        Exception e = assertThrows(TornadoRuntimeException.class, () -> run(new InterpreterDevice()));
        assertTrue(e.getMessage().contains("runs no binaries"), e.getMessage());
    }

    @Test
    void exportsForAnAcceleratorThatIsNotHere() throws Exception {
        System.setProperty("tornadonn.export.for", "p385a_sch_ax115");
        run(new InterpreterDevice());
        String manifest = Files.readString(folder.resolve("manifest.json"));
        assertTrue(manifest.contains("\"name\": \"p385a_sch_ax115\",\n    \"kind\": \"accelerator\""), manifest);
        assertTrue(manifest.contains("\"global\": [\n        \"rows\"\n      ]"), manifest);
        assertTrue(manifest.contains("\"sums\": \"float*, written\",\n        \"sums_size\": \"int\""), manifest);
        assertTrue(Files.readString(folder.resolve(SUMS + ".cl")).contains("__kernel void " + SUMS + "("));
        System.clearProperty("tornadonn.export.for");
        Exception e = assertThrows(TornadoRuntimeException.class, () -> run(device()));
        assertTrue(e.getMessage().contains("need a folder of their own"), e.getMessage());
    }
}
