package org.tornadonn.engine.prebuilt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command lines that fpga.sh gives the vendors' compilers, whose places stand-ins take here. */
@Tag("embedded")
class FpgaScriptTest {
    /** Writes the file behind -o. */
    private static final String COMPILES = "while [ $# -gt 0 ]; do [ \"$1\" = -o ] && echo made > \"$2\"; shift; done";

    private static final Path NOTHING = Path.of("/dev/null");

    @TempDir
    Path folder;

    @TempDir
    Path compilers;

    @BeforeEach
    void exported() throws IOException {
        for (String name : List.of("A", "B")) {
            Files.writeString(folder.resolve(name + ".cl"), "__kernel void " + name + "() {}\n");
        }
        new Manifest("a board", false, Map.of()).write(folder);
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(compilers.resolve("calls"));
    }

    private void says(int code, String part, Object... arguments) throws Exception {
        Scripts.Said said = Scripts.fpga(compilers, NOTHING, arguments);
        assertEquals(code, said.code(), said.text());
        assertTrue(said.text().contains(part), said.text());
    }

    @Test
    void intel() throws Exception {
        Scripts.standIn(compilers, "aoc", COMPILES);
        says(0, "B.aocx: built", "intel", folder, "-march=emulator");
        assertEquals(List.of("aoc -march=emulator -o A.aocx A.cl", "aoc -march=emulator -o B.aocx B.cl"), calls());
        Files.writeString(folder.resolve("B.cl"), "__kernel void B() { }\n");
        says(0, "A.aocx: already built", "intel", folder, "-march=emulator");
        assertEquals(3, calls().size(), "only what changed is built anew");
        assertEquals(
                Manifest.sha256(Files.readAllBytes(folder.resolve("B.cl"))) + "  B.cl\n" + Manifest.sha256("made\n")
                        + "  B.aocx\n",
                Files.readString(folder.resolve("B.built")));
    }

    @Test
    void intelWithAllKernelsInOneBinary() throws Exception {
        Scripts.standIn(compilers, "aoc", COMPILES);
        says(0, "all.aocx: built", "intel", folder, "--together", "-board=x");
        assertEquals(List.of("aoc -board=x -o all.aocx build/all.cl"), calls());
        assertEquals(
                Files.readString(folder.resolve("A.cl")) + Files.readString(folder.resolve("B.cl")),
                Files.readString(folder.resolve("build/all.cl")));
    }

    @Test
    void xilinx() throws Exception {
        Scripts.standIn(compilers, "v++", COMPILES);
        says(0, "all.xclbin: built", "xilinx", folder, "--together", "-t", "sw_emu", "--platform", "u50");
        assertEquals(
                List.of(
                        "v++ -t sw_emu --platform u50 -c -k A -o build/A.xo build/all.cl",
                        "v++ -t sw_emu --platform u50 -c -k B -o build/B.xo build/all.cl",
                        "v++ -t sw_emu --platform u50 -l -o all.xclbin build/A.xo build/B.xo"),
                calls());
        says(1, "needs the card's platform", "xilinx", folder);
    }

    @Test
    void oneapi() throws Exception {
        Scripts.standIn(compilers, "aocl-ioc64", "for o; do case $o in --ir=*) echo made > ${o#--ir=} ;; esac; done");
        says(0, "all.aocx: built", "oneapi", folder, "--together");
        assertEquals(
                List.of("aocl-ioc64 --cmd=build --device=fpga_fast_emu --input=build/all.cl --ir=all.aocx"), calls());
    }

    @Test
    void pocl() throws Exception {
        Scripts.standIn(compilers, "poclcc", COMPILES);
        says(0, "A.pocl: built", "pocl", folder);
        assertEquals(List.of("poclcc -o A.pocl A.cl", "poclcc -o B.pocl B.cl"), calls());
    }

    @Test
    void tasksOfTheSdk() throws Exception {
        Path printed = Files.writeString(folder.resolve("printed"), """
                Task info: block.norm1
                \tDims              : 1
                \tGlobal work size  : [128]
                Task info: block.qkv
                \tGlobal work size  : [45, 1, 1]
                Task info: block.norm1
                \tGlobal work size  : [128]
                """);
        Scripts.Said said = Scripts.fpga(compilers, printed, "tasks", "0:1", "/b/lookupBufferAddress");
        assertEquals(0, said.code(), said.text());
        assertTrue(said.text().contains("""
                                /b/lookupBufferAddress,block.norm1.device=0:1
                                /b/lookupBufferAddress,block.qkv.device=0:1
                                """), said.text());
        assertTrue(said.text().contains("2 tasks, 0 of them not for an FPGA"), said.text());
        Files.writeString(printed, "Task info: head.norm\n\tGlobal work size  : [1]\n");
        said = Scripts.fpga(compilers, printed, "tasks", "0:1", "b");
        assertEquals(1, said.code(), said.text());
        assertTrue(said.text().contains("head.norm: 1 iterations, not a multiple of 64"), said.text());
        Files.writeString(printed, "nothing\n");
        said = Scripts.fpga(compilers, printed, "tasks", "0:1", "b");
        assertEquals(1, said.code(), said.text());
        assertTrue(said.text().contains("-Dtornado.threadInfo=True"), said.text());
    }

    @Test
    void whatIsMissingOrFails() throws Exception {
        says(1, "aoc was not found. It is part of the Intel FPGA SDK", "intel", folder);
        says(1, "v++ was not found. It is part of AMD Vitis", "xilinx", folder);
        says(1, "./fpga.sh driver", "pocl", folder);
        says(1, "holds no exported kernels", "intel", compilers);
        says(1, "No folder given", "intel");
        says(2, "Builds the kernels", "quartus", folder);
        Scripts.standIn(compilers, "aoc", "echo 'no licence' >&2; exit 3");
        says(1, "no licence", "intel", folder);
        Scripts.standIn(compilers, "aoc", "exit 0");
        says(1, "made no A.aocx", "intel", folder);
        assertFalse(Files.exists(folder.resolve("A.built")));
    }
}
