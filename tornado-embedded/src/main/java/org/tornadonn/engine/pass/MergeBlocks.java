package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;

/** Joins a block with its only successor where that has no other predecessor, skips empty blocks, and drops unreachable ones. */
final class MergeBlocks {
    private MergeBlocks() {}

    static Kernel run(Kernel kernel) {
        Map<Integer, Block> blocks = new LinkedHashMap<>();
        kernel.blocks().forEach(b -> blocks.put(b.id(), b));
        int entry = kernel.blocks().getFirst().id();
        blocks.replaceAll((_, b) -> new Block(b.id(), b.line(), b.body(), skipEmpty(b.end(), blocks)));
        Flow.keepReachable(blocks, entry);
        boolean changed = true;
        while (changed) {
            changed = false;
            Map<Integer, Set<Integer>> predecessors = Flow.predecessors(blocks.values());
            for (Block block : List.copyOf(blocks.values())) {
                if (block.end() instanceof End.Jump(int target)
                        && target != entry
                        && target != block.id()
                        && predecessors.get(target).size() == 1
                        && blocks.get(block.id()) == block) {
                    Block next = blocks.remove(target);
                    List<Stmt> body = new ArrayList<>(block.body());
                    body.addAll(next.body());
                    blocks.put(block.id(), new Block(block.id(), block.line(), body, next.end()));
                    changed = true;
                    break;
                }
            }
        }
        return new Kernel(
                kernel.name(), kernel.source(), kernel.params(), List.copyOf(blocks.values()), kernel.parallelLoops());
    }

    private static End skipEmpty(End end, Map<Integer, Block> blocks) {
        return switch (end) {
            case End.Jump(int t) -> new End.Jump(destination(t, blocks));
            case End.Branch(var c, int a, int b) -> new End.Branch(c, destination(a, blocks), destination(b, blocks));
            case End.Return r -> r;
        };
    }

    private static int destination(int target, Map<Integer, Block> blocks) {
        Map<Integer, Boolean> seen = new HashMap<>();
        int t = target;
        while (seen.put(t, true) == null
                && blocks.get(t).body().isEmpty()
                && blocks.get(t).end() instanceof End.Jump(int next)) {
            t = next;
        }
        return t;
    }
}
