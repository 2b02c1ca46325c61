package org.tornadonn.engine.ir;

import java.util.List;

/**
 * A kernel as a control-flow graph of typed statements over mutable variables. The first block is the entry. Passes do not
 * change a kernel: they return a new one.
 *
 * @param name a C identifier made of class and method name
 * @param source what messages call it: Class.method
 */
public record Kernel(
        String name, String source, List<Param> params, List<Block> blocks, List<ParallelLoop> parallelLoops) {
    public Kernel {
        params = List.copyOf(params);
        blocks = List.copyOf(blocks);
        parallelLoops = List.copyOf(parallelLoops);
    }
}
