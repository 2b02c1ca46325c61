package org.tornadonn.benchmarks.result;

import java.util.List;
import java.util.Optional;

/** All figures of a run of one engine on its devices. */
public record EngineRun(RunRecord run, List<DeviceRecord> devices, List<Measurement> measurements) {
    public Optional<DeviceRecord> device(Measurement m) {
        return device(m.device());
    }

    public Optional<DeviceRecord> device(int index) {
        return devices.stream().filter(d -> d.index() == index).findFirst();
    }

    /** Measurements that have samples. */
    public List<Measurement> measured() {
        return measurements.stream().filter(m -> !m.failed()).toList();
    }

    /** What a device did by itself, measured or failed. */
    public List<Measurement> alone(int device) {
        return measurements.stream()
                .filter(m -> m.device() == device && !m.beside())
                .toList();
    }
}
