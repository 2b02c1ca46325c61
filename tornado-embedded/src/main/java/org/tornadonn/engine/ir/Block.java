package org.tornadonn.engine.ir;

import java.util.List;

/** A basic block; {@code line} is the first source line, for messages. */
public record Block(int id, int line, List<Stmt> body, End end) {
    public Block {
        body = List.copyOf(body);
    }
}
