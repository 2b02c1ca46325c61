package org.tornadonn.engine.interpret;

import java.util.HashMap;
import java.util.Map;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Storage;

/** A work-item: its variables, its arrays, and where it stands. */
final class Item {
    /** A work-item between two barriers: accesses of one moment may be at the same time as those of others. */
    record Moment(int item, int group, int interval) {
        boolean races(Moment other) {
            return item != other.item && (group != other.group || interval == other.interval);
        }
    }

    final Object[] vars;
    final Map<Storage, Cells> arrays;
    final long[] place;
    private final String kernel;
    private final int group;
    private final int id;
    private Moment moment;
    int block;
    int statement;
    int line;
    boolean done;

    /**
     * @param arrays those that are shared; its own are added as it allocates them
     * @param place the values of the work-item functions: query times three plus dimension
     */
    Item(String kernel, int id, int group, int varCount, Map<Storage, Cells> arrays, long[] place, int entry) {
        this.kernel = kernel;
        this.id = id;
        this.group = group;
        this.arrays = new HashMap<>(arrays);
        this.place = place;
        vars = new Object[varCount];
        moment = new Moment(id, group, 0);
        block = entry;
    }

    Moment moment() {
        return moment;
    }

    void passBarrier() {
        moment = new Moment(id, group, moment.interval() + 1);
    }

    int query(Expr.Query query, int dimension) {
        return (int) place[query.ordinal() * 3 + dimension];
    }

    KernelFaultException fault(String what) {
        return new KernelFaultException("Kernel " + kernel + (line > 0 ? " (near line " + line + ")" : "")
                + ", work-item " + id + ": " + what + ".");
    }
}
