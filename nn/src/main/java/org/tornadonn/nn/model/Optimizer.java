package org.tornadonn.nn.model;

import java.util.List;
import org.tornadonn.kernels.AdamWKernel;
import org.tornadonn.kernels.GradientNormKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.AdamW;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.layer.MemoryUse;
import org.tornadonn.nn.layer.Network;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** AdamW (0.9, beta2, 1e-8) of a network's parameters: its state, and the tasks that clip, update and average. */
final class Optimizer {
    private static final float BETA1 = 0.9f;
    private static final float EPS = 1e-8f;

    private final Network net;
    private final AdamW settings;
    private final FloatArray gradients;
    private final FloatArray hyper = new FloatArray(6);
    private final FloatArray norm = new FloatArray(2);
    private final FloatArray firstMoment;
    private final FloatArray secondMoment;

    /** @param gradients what it reads */
    Optimizer(Network net, AdamW settings, FloatArray gradients) {
        this.net = net;
        this.settings = settings;
        this.gradients = gradients;
        firstMoment = net.array(MemoryUse.OPTIMIZER, net.table().size());
        secondMoment = net.array(MemoryUse.OPTIMIZER, net.table().size());
    }

    /** The learning rate of a layer is layerDecay^(last - layer) times that of the last, as timm has it; alpha has a factor of its own. */
    private AdamWKernel.Group group(ParameterTable.Entry e) {
        double rate = Math.pow(settings.layerDecay(), net.table().lastLayer() - e.layer());
        if (e.isAlpha()) {
            rate *= settings.alphaRate();
        }
        return new AdamWKernel.Group(e.size(), (float) rate, e.decayed() ? settings.weightDecay() : 0f);
    }

    void add(Stage s) {
        List<AdamWKernel.Group> groups =
                net.table().entries().stream().map(this::group).toList();
        Slice read = Slice.of(gradients);
        GradientNormKernel.norm(s, "norm", norm, read, net.table().size(), settings.clip());
        AdamWKernel.update(
                s,
                "adamw",
                Slice.of(net.params()),
                Slice.of(firstMoment),
                Slice.of(secondMoment),
                net.average(),
                read,
                norm,
                groups,
                hyper,
                settings.ema());
        s.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, hyper)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, firstMoment, secondMoment)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, norm)
                .transferToHost(DataTransferMode.UNDER_DEMAND, net.params(), firstMoment, secondMoment, gradients);
    }

    /** Before the execution of the {@code step}th step, counted from 1. */
    void prepare(float learningRate, long step) {
        hyper.set(0, learningRate);
        hyper.set(1, BETA1);
        hyper.set(2, settings.beta2());
        hyper.set(3, EPS);
        hyper.set(4, (float) (1 - Math.pow(BETA1, step)));
        hyper.set(5, (float) (1 - Math.pow(settings.beta2(), step)));
    }

    /** The norm of the gradients of the last step, before they were clipped. */
    float gradientNorm() {
        return norm.get(0);
    }

    FloatArray firstMoment() {
        return firstMoment;
    }

    FloatArray secondMoment() {
        return secondMoment;
    }

    /** Before the first execution: begins with the moments that {@code other} begins with. */
    void beginAs(Optimizer other) {
        firstMoment.getSegment().copyFrom(other.firstMoment.getSegment());
        secondMoment.getSegment().copyFrom(other.secondMoment.getSegment());
    }
}
