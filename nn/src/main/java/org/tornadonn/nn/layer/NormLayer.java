package org.tornadonn.nn.layer;

import org.tornadonn.kernels.DyTKernel;
import org.tornadonn.kernels.LayerNormKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;

/** The norm of [rows, c]: the one place that knows which. */
public final class NormLayer {
    private static final float EPS = 1e-6f;

    private final Norm norm;
    private final String id;
    private final Scope scope;
    private final Slice mean;
    private final Slice rstd;
    private final int rows;
    private final int c;

    /**
     * @param id the beginning of its tasks' names
     * @param scope of alpha [1] (DyT only), weight [c], bias [c]
     * @param layers how many stacked layers share its tasks
     */
    public NormLayer(Network net, String id, Scope scope, int layers, int rows, int c) {
        this.norm = net.norm();
        this.id = id;
        this.scope = scope;
        this.rows = rows;
        this.c = c;
        boolean statistics = norm == Norm.LAYER_NORM;
        mean = statistics ? net.saved(layers, rows) : null;
        rstd = statistics ? net.saved(layers, rows) : null;
    }

    /** Adds its parameters to a table; {@code prefix} ends with a dot. */
    public static void parameters(ParameterTable table, String prefix, Norm norm, int c) {
        if (norm == Norm.DYT) {
            table.add(prefix + "alpha", false, 1);
        }
        table.add(prefix + "weight", false, c);
        table.add(prefix + "bias", false, c);
    }

    public void forward(Stage s, Slice y, Slice x) {
        Slice gamma = scope.param("weight");
        Slice beta = scope.param("bias");
        switch (norm) {
            case LAYER_NORM -> LayerNormKernel.forward(s, id, y, mean, rstd, x, gamma, beta, rows, c, EPS);
            case DYT -> DyTKernel.forward(s, id, y, x, scope.param("alpha"), gamma, beta, rows, c);
        }
    }

    /** {@code dSkip}: gradient that reaches x past this layer, or null. */
    public void backward(Stage s, Slice dX, Slice dY, Slice x, Slice dSkip) {
        String task = id + "Backward";
        Slice gamma = scope.param("weight");
        Slice dGamma = scope.grad("weight");
        Slice dBeta = scope.grad("bias");
        switch (norm) {
            case LAYER_NORM ->
                LayerNormKernel.backward(s, task, dX, dGamma, dBeta, dY, x, gamma, mean, rstd, dSkip, rows, c);
            case DYT -> {
                Slice alpha = scope.param("alpha");
                Slice dAlpha = scope.grad("alpha");
                DyTKernel.backward(s, task, dX, dAlpha, dGamma, dBeta, dY, x, alpha, gamma, dSkip, rows, c);
            }
        }
    }
}
