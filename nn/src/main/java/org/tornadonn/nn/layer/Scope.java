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
    private final int number;
    private final int stride;

    /** @param number where in the prefix the number of the first of identical blocks stands, or below 0 */
    Scope(ParameterTable table, FloatArray params, FloatArray grads, String prefix, int number, int stride) {
        this.table = table;
        this.params = params;
        this.grads = grads;
        this.prefix = prefix;
        this.number = number;
        this.stride = stride;
    }

    /** The scope of a longer prefix, such as {@code "attn."}. */
    public Scope in(String more) {
        return new Scope(table, params, grads, prefix + more, number, stride);
    }

    /** What a layer is called that has its parameters here, in the given one of identical blocks. */
    String name(int block) {
        String named = number < 0 ? prefix : prefix.substring(0, number) + block + prefix.substring(number + 1);
        return named.substring(0, named.length() - 1);
    }

    public Slice param(String name) {
        return new Slice(params, table.entry(prefix + name).offset(), stride);
    }

    public Slice grad(String name) {
        return new Slice(grads, table.entry(prefix + name).offset(), stride);
    }
}
