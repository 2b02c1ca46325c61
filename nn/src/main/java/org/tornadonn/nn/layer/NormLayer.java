package org.tornadonn.nn.layer;

import org.tornadonn.kernels.LayerNormKernel;
import org.tornadonn.kernels.PointwiseKernel;
import org.tornadonn.kernels.RmsNormKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;

/** The norm of [rows, c]: the one place that knows which. */
public final class NormLayer {
    private static final float EPS = 1e-6f;

    private final Network net;
    private final Norm norm;
    private final String id;
    private final Scope scope;
    private final Slice mean;
    private final Slice rstd;
    private final int layers;
    private final int rows;
    private final int c;

    /**
     * @param id the beginning of its tasks' names
     * @param scope of alpha [1], shift [1] (where the norm has them), weight [c], bias [c] (not RMSNorm)
     * @param layers how many stacked layers share its tasks
     */
    public NormLayer(Network net, String id, Scope scope, int layers, int rows, int c) {
        this.net = net;
        this.norm = net.norm();
        this.id = id;
        this.scope = scope;
        this.layers = layers;
        this.rows = rows;
        this.c = c;
        mean = norm == Norm.LAYER_NORM ? net.savedInBlocks(layers, rows) : null;
        rstd = norm.function() == null ? net.savedInBlocks(layers, rows) : null;
    }

    /** Adds its parameters to a table; {@code prefix} ends with a dot. */
    public static void parameters(ParameterTable table, String prefix, Norm norm, int c) {
        if (norm.hasAlpha()) {
            table.add(prefix + "alpha", false, 1);
        }
        if (norm.hasShift()) {
            table.add(prefix + "shift", false, 1);
        }
        table.add(prefix + "weight", false, c);
        if (norm != Norm.RMS_NORM) {
            table.add(prefix + "bias", false, c);
        }
    }

    public void forward(Stage s, Slice y, Slice x) {
        Slice gamma = scope.param("weight");
        switch (norm) {
            case LAYER_NORM ->
                LayerNormKernel.forward(s, id, y, mean, rstd, x, gamma, scope.param("bias"), rows, c, EPS);
            case RMS_NORM -> RmsNormKernel.forward(s, id, y, rstd, x, gamma, rows, c, EPS);
            default -> {
                Slice alpha = norm.hasAlpha() ? scope.param("alpha") : null;
                Slice shift = norm.hasShift() ? scope.param("shift") : null;
                Slice beta = scope.param("bias");
                PointwiseKernel.forward(s, id, norm.function(), y, x, alpha, shift, gamma, beta, rows, c);
            }
        }
        net.probe(scope, layers, new Network.Probe(s, x, y, rows, c));
    }

    /** {@code dSkip}: gradient that reaches x past this layer, or null. */
    public void backward(Stage s, Slice dX, Slice dY, Slice x, Slice dSkip) {
        String task = id + "Backward";
        Slice gamma = scope.param("weight");
        Slice dGamma = scope.grad("weight");
        switch (norm) {
            case LAYER_NORM -> {
                Slice dBeta = scope.grad("bias");
                LayerNormKernel.backward(s, task, dX, dGamma, dBeta, dY, x, gamma, mean, rstd, dSkip, rows, c);
            }
            case RMS_NORM -> RmsNormKernel.backward(s, task, dX, dGamma, dY, x, gamma, rstd, dSkip, rows, c);
            default -> {
                Slice alpha = norm.hasAlpha() ? scope.param("alpha") : null;
                Slice shift = norm.hasShift() ? scope.param("shift") : null;
                Slice dAlpha = norm.hasAlpha() ? scope.grad("alpha") : null;
                Slice dShift = norm.hasShift() ? scope.grad("shift") : null;
                Slice dBeta = scope.grad("bias");
                PointwiseKernel.backward(
                        s,
                        task,
                        norm.function(),
                        dX,
                        dAlpha,
                        dShift,
                        dGamma,
                        dBeta,
                        dY,
                        x,
                        alpha,
                        shift,
                        gamma,
                        dSkip,
                        rows,
                        c);
            }
        }
    }
}
