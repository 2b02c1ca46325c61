package org.tornadonn.engine.pass;

import java.util.List;
import java.util.Map;

/**
 * What a kernel is compiled for.
 *
 * @param folded values of scalar parameters that become constants, by parameter index
 * @param aliases for each parameter the smallest index of a parameter bound to the same array
 * @param cpu whether the outermost parallel loop is dimension 0 (otherwise the innermost is, so that neighbours in memory are
 *     neighbours in a group)
 */
public record Specialization(Map<Integer, Object> folded, List<Integer> aliases, boolean cpu) {
    public Specialization {
        folded = Map.copyOf(folded);
        aliases = List.copyOf(aliases);
    }
}
