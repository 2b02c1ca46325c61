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

    /** A C identifier for a kernel compiled so: its plain name, then parameters that are constants (_p7_64) or aliases (_p5_p2). */
    String name(String plain) {
        StringBuilder name = new StringBuilder(plain);
        for (int i = 0; i < aliases.size(); i++) {
            if (folded.containsKey(i)) {
                name.append("_p").append(i).append('_').append(folded.get(i));
            } else if (aliases.get(i) != i) {
                name.append("_p").append(i).append("_p").append(aliases.get(i));
            }
        }
        return name.toString().replaceAll("[^A-Za-z0-9_]", "_");
    }
}
