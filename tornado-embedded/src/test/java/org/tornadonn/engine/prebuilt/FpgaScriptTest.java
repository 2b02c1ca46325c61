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
        Scripts.Said said = Scripts.fpga(compilers, arguments);
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
    void pocl() throws Exception {
        Scripts.standIn(compilers, "poclcc", COMPILES);
        says(0, "A.pocl: built", "pocl", folder);
        assertEquals(List.of("poclcc -o A.pocl A.cl", "poclcc -o B.pocl B.cl"), calls());
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
