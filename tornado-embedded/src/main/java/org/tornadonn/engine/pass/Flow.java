package org.tornadonn.engine.pass;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;

/** Edges of the control-flow graph. */
final class Flow {
    private Flow() {}

    static List<Integer> successors(Block block) {
        return switch (block.end()) {
            case End.Jump(int t) -> List.of(t);
            case End.Branch(var _, int a, int b) -> List.of(a, b);
            case End.Return _ -> List.of();
        };
    }

    static Map<Integer, Set<Integer>> predecessors(Collection<Block> blocks) {
        Map<Integer, Set<Integer>> predecessors = new LinkedHashMap<>();
        blocks.forEach(b -> predecessors.put(b.id(), new LinkedHashSet<>()));
        for (Block block : blocks) {
            successors(block).forEach(s -> predecessors.get(s).add(block.id()));
        }
        return predecessors;
    }

    static void keepReachable(Map<Integer, Block> blocks, int entry) {
        Set<Integer> seen = new HashSet<>(Set.of(entry));
        Deque<Integer> work = new ArrayDeque<>(seen);
        while (!work.isEmpty()) {
            for (int s : successors(blocks.get(work.pop()))) {
                if (seen.add(s)) {
                    work.push(s);
                }
            }
        }
        blocks.keySet().retainAll(seen);
    }
}
