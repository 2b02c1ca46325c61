package org.tornadonn.engine.ir;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

    /** The arrays that it stores to. */
    public Set<Storage> written() {
        Set<Storage> written = new HashSet<>();
        for (Block block : blocks) {
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Store(Storage array, Expr _, Expr _)) {
                    written.add(array);
                } else if (stmt instanceof Stmt.AtomicAdd(Storage array, Expr _, Expr _)) {
                    written.add(array);
                }
            }
        }
        return written;
    }
}
