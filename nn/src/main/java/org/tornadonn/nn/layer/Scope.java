package org.tornadonn.nn.layer;

import org.tornadonn.kernels.Slice;
import org.tornadonn.nn.ParameterTable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The parameters under a prefix of their names, and their gradients. In a scope of identical blocks a tensor is that of the first
 * block, with the stride to the same tensor of the next.
 */
public final class Scope {
    private final ParameterTable table;
    private final FloatArray params;
    private final FloatArray grads;
    private final String prefix;
    private final int stride;

    Scope(ParameterTable table, FloatArray params, FloatArray grads, String prefix, int stride) {
        this.table = table;
        this.params = params;
        this.grads = grads;
        this.prefix = prefix;
        this.stride = stride;
    }

    /** The scope of a longer prefix, such as {@code "attn."}. */
    public Scope in(String more) {
        return new Scope(table, params, grads, prefix + more, stride);
    }

    public Slice param(String name) {
        return new Slice(params, table.entry(prefix + name).offset(), stride);
    }

    public Slice grad(String name) {
        return new Slice(grads, table.entry(prefix + name).offset(), stride);
    }
}
