package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/** Makes variables of a private array that is only used in whole vectors at constant places. */
final class PrivateToRegisters {
    private PrivateToRegisters() {}

    static Kernel run(Kernel kernel) {
        Map<Storage.Private, Type> types = new HashMap<>();
        Set<Storage.Private> unfit = new HashSet<>();
        int nextVar = 0;
        for (Block block : kernel.blocks()) {
            Trees.visit(block, e -> {
                if (e instanceof Expr.Load(Type type, Storage.Private array, Expr index)) {
                    use(array, type, index, types, unfit);
                }
            });
            for (Stmt stmt : block.body()) {
                switch (stmt) {
                    case Stmt.Store(Storage.Private array, Expr index, Expr value) ->
                        use(array, value.type(), index, types, unfit);
                    case Stmt.AtomicAdd(Storage.Private array, Expr _, Expr _) -> unfit.add(array);
                    case Stmt.Assign(Var v, Expr _) -> nextVar = Math.max(nextVar, v.id() + 1);
                    default -> {}
                }
            }
        }
        types.keySet().removeAll(unfit);
        if (types.isEmpty()) {
            return kernel;
        }
        Map<Storage.Private, List<Var>> registers = new HashMap<>();
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Clear(Storage.Private array) && types.containsKey(array)) {
                    List<Var> vars = new ArrayList<>();
                    for (int i = 0; i < array.length(); i += types.get(array).lanes()) {
                        vars.add(new Var(nextVar++, array.name() + "_" + i, types.get(array)));
                    }
                    registers.put(array, vars);
                }
            }
        }
        List<Block> blocks = new ArrayList<>();
        for (Block block : kernel.blocks()) {
            Block loads = Trees.map(
                    block,
                    e -> e instanceof Expr.Load(Type _, Storage.Private array, Expr index)
                                    && registers.containsKey(array)
                            ? new Expr.Read(register(registers, array, index))
                            : e);
            List<Stmt> body = new ArrayList<>();
            for (Stmt stmt : loads.body()) {
                switch (stmt) {
                    case Stmt.Store(Storage.Private array, Expr index, Expr value)
                    when registers.containsKey(array) ->
                        body.add(new Stmt.Assign(register(registers, array, index), value));
                    case Stmt.Clear(Storage.Private array)
                    when registers.containsKey(array) -> {
                        for (Var var : registers.get(array)) {
                            body.add(new Stmt.Assign(var, new Expr.Broadcast(var.type(), zero(array))));
                        }
                    }
                    default -> body.add(stmt);
                }
            }
            blocks.add(new Block(loads.id(), loads.line(), body, loads.end()));
        }
        return new Kernel(kernel.name(), kernel.source(), kernel.params(), blocks, kernel.parallelLoops());
    }

    private static Expr zero(Storage.Private array) {
        return switch (array.element()) {
            case F32, F16, BF16 -> Expr.Const.of(0f);
            case F64 -> new Expr.Const(Type.F64, 0.0);
            case I64 -> new Expr.Const(Type.I64, 0L);
            case BOOL, I8, I16, I32 -> Expr.Const.of(0);
        };
    }

    private static Var register(Map<Storage.Private, List<Var>> registers, Storage.Private array, Expr index) {
        int i = (Integer) ((Expr.Const) index).value();
        List<Var> vars = registers.get(array);
        return vars.get(i / vars.getFirst().type().lanes());
    }

    private static void use(
            Storage.Private array,
            Type type,
            Expr index,
            Map<Storage.Private, Type> types,
            Set<Storage.Private> unfit) {
        boolean fits = type.isVector()
                && index instanceof Expr.Const(Type _, Integer i)
                && i % type.lanes() == 0
                && i + type.lanes() <= array.length()
                && array.length() % type.lanes() == 0
                && types.getOrDefault(array, type).equals(type);
        if (fits) {
            types.put(array, type);
        } else {
            unfit.add(array);
        }
    }
}
