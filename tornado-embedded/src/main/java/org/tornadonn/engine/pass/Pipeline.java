package org.tornadonn.engine.pass;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Lowered;

/** The passes, in order. */
public final class Pipeline {
    private Pipeline() {}

    /**
     * Indices of the scalar parameters that become constants of the code: those that sizes of local arrays are made of, as OpenCL C
     * demands, and those that only choose between branches, by equality with constants of themselves or of their bits, so that the
     * branch that is taken is compiled alone.
     */
    public static Set<Integer> constants(Kernel kernel) {
        return Specialize.constants(kernel);
    }

    /** Lowers a kernel for a specialisation; the result has been verified. */
    public static Lowered lower(Kernel kernel, Specialization specialization) {
        Map<String, Kernel> stages = stages(kernel, specialization);
        List<Expr> extents = ParallelToGrid.extents(stages.get("Specialize"), specialization.cpu());
        return new Lowered(List.copyOf(stages.values()).getLast(), extents);
    }

    /** The kernel after each pass, by the pass's name. */
    public static Map<String, Kernel> stages(Kernel kernel, Specialization specialization) {
        Map<String, UnaryOperator<Kernel>> passes = new LinkedHashMap<>();
        passes.put("Specialize", k -> Specialize.run(k, specialization));
        passes.put("ParallelToGrid", k -> ParallelToGrid.run(k, specialization.cpu()));
        passes.put("BranchesToSelects", BranchesToSelects::run);
        passes.put("MergeBlocks", MergeBlocks::run);
        passes.put("LaneVectorizer", k -> LaneVectorizer.run(k, specialization.aliases()));
        passes.put("UnrollVectorLoops", UnrollVectorLoops::run);
        passes.put("PrivateToRegisters", PrivateToRegisters::run);
        Verifier.verify(kernel);
        Map<String, Kernel> stages = new LinkedHashMap<>();
        Kernel current = kernel;
        for (Map.Entry<String, UnaryOperator<Kernel>> pass : passes.entrySet()) {
            current = pass.getValue().apply(current);
            Verifier.verify(current);
            stages.put(pass.getKey(), current);
        }
        Verifier.verifyLowered(current);
        return stages;
    }
}
