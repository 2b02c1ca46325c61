package org.tornadonn.engine.runtime;

import java.util.List;
import java.util.Set;
import org.tornadonn.engine.ir.Kernel;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A task graph as data. Sets of arrays compare by identity.
 *
 * @param first uploaded when first needed
 * @param every uploaded at each execution
 * @param down downloaded at each execution
 * @param demand downloaded when asked for
 * @param persisted left on the device for other graphs
 */
public record GraphDefinition(
        String name,
        List<Task> tasks,
        Set<TornadoNativeArray> first,
        Set<TornadoNativeArray> every,
        Set<TornadoNativeArray> down,
        Set<TornadoNativeArray> demand,
        Set<TornadoNativeArray> persisted,
        List<Consumption> consumed) {

    /** A kernel and its arguments, one per parameter; the argument of a context is null. */
    public record Task(String id, Kernel kernel, Object[] arguments) {}

    /** An array taken from where another graph left it. */
    public record Consumption(String graph, TornadoNativeArray array) {}
}
