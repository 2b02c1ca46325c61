package org.tornadonn.benchmarks.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.benchmarks.measure.Timing;
import org.tornadonn.benchmarks.measure.TrainingStep;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.train.Json;
import tools.jackson.databind.JsonNode;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/**
 * PyTorch, op by op (eager) or by torch.compile (compiled), as a Python has it: on the GPU where ours is one, else on the CPU. What
 * it does stands in torch_peer.py. A GPU's time is that between two events around all executions, so gaps between kernels count.
 */
public final class TorchPeer implements Peer {
    /** The process that both ways share, and another after one that ended. */
    private static final class Python {
        private final String program;
        private final boolean gpu;
        private TorchProcess process;
        private int works;

        Python(String program, boolean gpu) {
            this.program = program;
            this.gpu = gpu;
            process = new TorchProcess(program, gpu);
        }

        TorchProcess process() {
            if (!process.alive()) {
                process.close();
                process = new TorchProcess(program, gpu);
            }
            return process;
        }
    }

    private final Python python;
    private final boolean compiled;

    private TorchPeer(Python python, boolean compiled) {
        this.python = python;
        this.compiled = compiled;
    }

    /**
     * Eager and compiled, beside ours on a device.
     *
     * @param program python3, or whatever is to run in its place
     * @throws IllegalStateException if there is no such program, or it has no PyTorch for the device
     */
    public static List<Peer> both(TornadoDevice device, String program) {
        Python python = new Python(program, device.getDeviceType() == TornadoDeviceType.GPU);
        return List.of(new TorchPeer(python, false), new TorchPeer(python, true));
    }

    @Override
    public String name() {
        return "PyTorch " + python.process.version() + (compiled ? " compiled" : " eager");
    }

    @Override
    public boolean runsOn(TornadoDevice device) {
        return python.gpu == (device.getDeviceType() == TornadoDeviceType.GPU);
    }

    @Override
    public boolean takes(Duel duel) {
        return true;
    }

    @Override
    public Prepared prepare(Duel duel) {
        Request request = duel.training() ? training(duel) : op(duel);
        return new Work(python.process(), python.works++, duel.training(), request);
    }

    @Override
    public void close() {
        python.process.close();
    }

    private record Request(Map<String, Object> fields, Map<String, int[]> shapes, List<float[]> tensors) {
        Request() {
            this(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        }

        void tensor(String name, float[] values, int... shape) {
            shapes.put(name, shape);
            tensors.add(values);
        }
    }

    private Request op(Duel duel) {
        Request r = new Request();
        int[] n = duel.size();
        r.fields().put("size", n);
        r.fields().put("eps", Duel.EPS);
        boolean upstream =
                duel.both() || duel.pass().equals(Duel.INPUT) || duel.pass().equals(Duel.WEIGHT);
        float[] up = upstream ? duel.upstream() : null;
        int[] shape = n;
        switch (duel.op()) {
            case "matmul" -> {
                r.tensor("x", duel.x(), n[0], n[1]);
                r.tensor("w", duel.w(), n[2], n[1]);
                shape = new int[] {n[0], n[2]};
            }
            case "attention" -> {
                r.tensor("x", duel.x(), n[0], n[1], 3, n[2], n[3]);
                shape = new int[] {n[0], n[1], n[2] * n[3]};
            }
            case "depthwise" -> {
                shape = new int[] {n[0], n[1], n[1], n[2]};
                r.tensor("x", duel.x(), shape);
                r.tensor("w", duel.w(), n[2], 1, Duel.K, Duel.K);
                r.tensor("beta", duel.beta(), n[2]);
            }
            default -> {
                r.tensor("x", duel.x(), n);
                r.tensor("alpha", new float[] {Duel.ALPHA}, 1);
                r.tensor("gamma", duel.gamma(), n[1]);
                r.tensor("beta", duel.beta(), n[1]);
            }
        }
        if (upstream) {
            r.tensor("upstream", up, shape);
        }
        return described(r, duel);
    }

    private Request training(Duel duel) {
        Request r = new Request();
        ModelConfig config = duel.setting().config();
        int batch = duel.setting().batch();
        int side = config.imageSize();
        r.fields().put("config", Json.MAPPER.valueToTree(config));
        r.fields().put("rate", TrainingStep.RATE);
        r.fields().put("decay", TrainingStep.DECAY);
        r.tensor(
                "images",
                TrainingStep.pixels(batch * config.channels() * side * side),
                batch,
                config.channels(),
                side,
                side);
        int[] labels = TrainingStep.labels(batch);
        float[] classes = new float[batch];
        for (int b = 0; b < batch; b++) {
            classes[b] = labels[b];
        }
        r.tensor("labels", classes, batch);
        return described(r, duel);
    }

    private Request described(Request r, Duel duel) {
        r.fields().put("do", "prepare");
        r.fields().put("op", duel.op());
        r.fields().put("pass", duel.pass());
        r.fields().put("compiled", compiled);
        r.fields().put("tensors", r.shapes());
        return r;
    }

    /** What a process has prepared, by its number there. */
    private static final class Work implements Prepared {
        private final TorchProcess process;
        private final int number;
        private final boolean training;

        Work(TorchProcess process, int number, boolean training, Request request) {
            this.process = process;
            this.number = number;
            this.training = training;
            request.fields().put("work", number);
            process.ask(request.fields(), request.tensors());
        }

        private JsonNode ask(String what, int repeats) {
            return process.ask(Map.of("do", what, "work", number, "repeats", repeats), List.of());
        }

        @Override
        public void run() {
            time(1);
        }

        /** A step of training has a wall time only, as ours: its device waits for the program, which is part of it. */
        @Override
        public Timing time(int repeats) {
            JsonNode answer = ask("time", repeats);
            return new Timing(
                    answer.path("wall").asDouble(),
                    training ? 0 : answer.path("device").asDouble());
        }

        @Override
        public float[] result() {
            return process.values(ask("result", 1).path("values").asInt());
        }

        @Override
        public void close() {
            if (process.alive()) {
                ask("close", 1);
            }
        }
    }
}
