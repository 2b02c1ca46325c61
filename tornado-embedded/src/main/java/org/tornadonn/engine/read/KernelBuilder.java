package org.tornadonn.engine.read;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.ParallelLoop;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/** The kernel under construction: blocks are opened and ended one at a time, across all methods that are inlined into it. */
final class KernelBuilder {
    final List<Block> blocks = new ArrayList<>();
    final List<ParallelLoop> loops = new ArrayList<>();
    private List<Stmt> body = new ArrayList<>();
    private int current = -1;
    private int line;
    private int blockIds;
    private int varIds;
    private int storageIds;

    int newBlock() {
        return blockIds++;
    }

    int newStorage() {
        return storageIds++;
    }

    Var newVar(String name, Type type) {
        return new Var(varIds++, name, type);
    }

    boolean open() {
        return current >= 0;
    }

    void begin(int block, int atLine) {
        current = block;
        line = atLine;
        body = new ArrayList<>();
    }

    void add(Stmt stmt) {
        body.add(stmt);
    }

    void end(End end) {
        blocks.add(new Block(current, line, body, end));
        current = -1;
    }

    /** Everything read so far. */
    Stream<Stmt> statements() {
        return Stream.concat(blocks.stream().flatMap(b -> b.body().stream()), body.stream());
    }

    Expr temporary(String name, Expr value) {
        Var var = newVar(name, value.type());
        add(new Stmt.Assign(var, value));
        return new Expr.Read(var);
    }
}
