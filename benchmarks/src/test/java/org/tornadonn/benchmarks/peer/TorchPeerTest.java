package org.tornadonn.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** PyTorch against our side where python3 has it; scripts in Python's place that end, or say what is no answer. */
class TorchPeerTest {
    private static final Pace PACE = Pace.of(Op.Effort.TINY);
    private static final String HELLO = "echo '{\"version\": \"1.2.3\", \"cuda\": false}'";

    @TempDir
    Path folder;

    private final TornadoDevice device = DeviceChoice.of(null);
    private final List<Peer> peers = new ArrayList<>();

    @AfterEach
    void close() {
        peers.forEach(Peer::close);
    }

    private List<Peer> torch(String program) {
        peers.addAll(TorchPeer.both(device, program));
        return peers;
    }

    private List<Peer> torch() {
        try {
            return torch("python3");
        } catch (IllegalStateException e) {
            assumeTrue(false, "python3 has no PyTorch for this device: " + e.getMessage());
            throw e;
        }
    }

    private List<Duel> duels() {
        return Duel.all(Op.Effort.TINY, device);
    }

    @Test
    void eagerDoesEveryDuelAsWeDo() {
        Peer eager = torch().getFirst();
        for (Duel duel : duels()) {
            List<Rounds.Outcome> outcomes = Rounds.play(duel, List.of(new OurSide(device), eager), PACE);
            assertNull(outcomes.get(1).failure(), duel.op() + " " + duel.pass() + " " + duel.shape());
            assertTrue(outcomes.get(1).sampling().wall().stream().allMatch(t -> t > 0));
        }
    }

    @Test
    void compiledDoesTheSame() {
        Peer compiled = torch().getLast();
        assertTrue(compiled.name().matches("PyTorch [0-9.]+ compiled"), compiled.name());
        for (Duel duel : duels()) {
            if (duel.both() && duel.op().equals("dyt")
                    || duel.training() && duel.pass().equals("DyT")) {
                Rounds.Outcome outcome = Rounds.play(duel, List.of(new OurSide(device), compiled), PACE)
                        .get(1);
                assumeTrue(
                        outcome.failure() == null || !outcome.failure().startsWith("failed"),
                        "torch.compile does not work here: " + outcome.failure());
                assertNull(outcome.failure(), duel.op() + " " + duel.shape());
            }
        }
    }

    @Test
    void whatPythonRaisesIsToldAndTheProcessGoesOn() {
        Peer eager = torch().getFirst();
        Duel strange = new Duel("swish", Duel.FORWARD, null, 3, 4);
        String message = assertThrows(IllegalStateException.class, () -> eager.prepare(strange))
                .getMessage();
        assertEquals("ValueError: no op swish forward", message);
        try (Peer.Prepared right = eager.prepare(new Duel("softmax", Duel.FORWARD, null, 3, 4))) {
            right.run();
            assertEquals(12, right.result().length);
        }
    }

    private String script(String... lines) throws IOException {
        Path script = folder.resolve("python");
        Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assumeTrue(script.toFile().setExecutable(true), "this system runs no shell scripts");
        return script.toString();
    }

    private static void fails(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalStateException.class, call::run).getMessage());
    }

    @Test
    void whatCannotBeginIsTold() throws IOException {
        fails("there is no no-such-python", () -> torch("no-such-python"));
        String bare =
                script("echo 'Traceback' >&2", "echo \"ModuleNotFoundError: No module named 'torch'\" >&2", "exit 1");
        fails("Python ended with code 1: ModuleNotFoundError: No module named 'torch'", () -> torch(bare));
        String talks = script("echo Welcome to Python", "cat");
        fails("Python said: Welcome to Python", () -> torch(talks));
        String cpu = script(HELLO, "cat");
        fails("PyTorch 1.2.3 of " + cpu + " has no CUDA device", () -> new TorchProcess(cpu, true));
    }

    private String failure(String program) {
        return Rounds.play(
                        duels().getLast(),
                        List.of(new OurSide(device), torch(program).getFirst()),
                        PACE)
                .get(1)
                .failure();
    }

    @Test
    void aProcessThatEndsIsAFailureOfItsContender() throws IOException {
        String name = "failed: java.lang.IllegalStateException: ";
        assertEquals(
                name + "Python ended with code 3: CUDA error: misaligned address",
                failure(script(HELLO, "read request", "echo 'CUDA error: misaligned address' >&2", "exit 3")));
        assertEquals(name + "Python said: 12 GB", failure(script(HELLO, "read request", "echo 12 GB", "cat")));
        // Prepared, and gone when it is to run.
        assertEquals(name + "Python ended with code 0", failure(script(HELLO, "head -c 2000 >/dev/null", "echo '{}'")));
    }

    @Test
    void anotherProcessFollowsOneThatEnded() throws IOException {
        Path once = folder.resolve("once");
        // The first ends at its request and no sooner: one that has ended before it is followed without a word.
        String first = "[ -e " + once + " ] || { touch " + once + "; read request; exit 0; }";
        Peer peer = torch(script(HELLO, first, "echo '{}'", "cat")).getFirst();
        Duel duel = new Duel("softmax", Duel.FORWARD, null, 3, 4);
        fails("Python ended with code 0", () -> peer.prepare(duel));
        peer.prepare(duel).close();
    }

    @Test
    void closingEndsTheProcess() throws Exception {
        TorchProcess process = new TorchProcess(script(HELLO, "cat"), false);
        assertTrue(process.alive());
        process.close();
        for (int i = 0; i < 100 && process.alive(); i++) {
            Thread.sleep(20);
        }
        assertFalse(process.alive());
        process.close();
        fails("Python ended with code 137", () -> process.ask(Map.of("do", "time"), List.of()));
    }

    @Test
    @Tag("embedded")
    void withoutAnyOtherLibraryThereIsNoComparison() {
        List<String> said = new ArrayList<>();
        String message = assertThrows(UserException.class, () -> Contenders.beside(device, "no-such-python", said::add))
                .getMessage();
        assertTrue(message.contains("./setup.sh bench --peers"), message);
        assertEquals(List.of("PyTorch takes no part: there is no no-such-python"), said);
    }
}
