package org.tornadonn.engine.read;

import java.lang.classfile.Attributes;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Expr.BinaryOp;
import org.tornadonn.engine.ir.Expr.CompareOp;
import org.tornadonn.engine.ir.ParallelLoop;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/** Reads one method: executes its bytecode symbolically, block by block, with expressions on the operand stack. */
final class MethodReader {
    private record Scope(int slot, int start, int end, String name) {}

    private record VarKey(int slot, Type type, Scope scope) {}

    private final BytecodeReader reader;
    private final KernelBuilder builder;
    private final String place;
    private final MethodModel method;
    private final boolean outermost;
    private final List<Instruction> code = new ArrayList<>();
    private final List<Integer> lines = new ArrayList<>();
    private final Map<Label, Integer> labels = new HashMap<>();
    private final List<Scope> scopes = new ArrayList<>();
    private final Map<Scope, Integer> parallel = new LinkedHashMap<>();
    private final TreeMap<Integer, Integer> blockAt = new TreeMap<>();
    private final Map<Integer, List<Value>> stackAt = new HashMap<>();
    private final Map<VarKey, Var> vars = new HashMap<>();
    private final Map<Integer, Value> references = new HashMap<>();
    private List<Value> stack = new ArrayList<>();
    private int pc;
    private int exit;
    private Var result;
    private Value resultReference;

    MethodReader(BytecodeReader reader, KernelBuilder builder, String owner, MethodModel method, boolean outermost) {
        this.reader = reader;
        this.builder = builder;
        this.method = method;
        this.outermost = outermost;
        place = owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.') + "."
                + method.methodName().stringValue();
        decode();
    }

    static List<String> parameterNames(MethodModel method) {
        List<ClassDesc> types = method.methodTypeSymbol().parameterList();
        Map<Integer, String> bySlot = new HashMap<>();
        for (CodeElement e : method.code().orElseThrow()) {
            if (e instanceof LocalVariable v) {
                bySlot.putIfAbsent(v.slot(), v.name().stringValue());
            }
        }
        List<String> names = new ArrayList<>();
        int slot = 0;
        for (ClassDesc type : types) {
            names.add(bySlot.getOrDefault(slot, "arg" + names.size()));
            slot += TypeKind.from(type).slotSize();
        }
        return names;
    }

    private void decode() {
        CodeModel model = method.code().orElseThrow();
        int line = 0;
        List<LocalVariable> table = new ArrayList<>();
        List<RuntimeVisibleTypeAnnotationsAttribute> annotations = new ArrayList<>();
        model.findAttribute(Attributes.runtimeVisibleTypeAnnotations()).ifPresent(annotations::add);
        for (CodeElement element : model) {
            switch (element) {
                case LabelTarget target -> labels.put(target.label(), code.size());
                case LineNumber number -> line = number.line();
                case LocalVariable variable -> table.add(variable);
                case Instruction instruction -> {
                    code.add(instruction);
                    lines.add(line);
                }
                default -> {}
            }
        }
        if (!model.exceptionHandlers().isEmpty()) {
            throw refuse(Refusal.EXCEPTION, "");
        }
        for (LocalVariable v : table) {
            scopes.add(new Scope(
                    v.slot(),
                    labels.get(v.startScope()),
                    labels.getOrDefault(v.endScope(), code.size()),
                    v.name().stringValue()));
        }
        for (RuntimeVisibleTypeAnnotationsAttribute attribute : annotations) {
            for (TypeAnnotation annotation : attribute.annotations()) {
                if (annotation.targetInfo() instanceof TypeAnnotation.LocalVarTarget target
                        && annotation
                                .annotation()
                                .classSymbol()
                                .descriptorString()
                                .equals("L" + Intrinsics.API + "annotations/Parallel;")) {
                    for (var info : target.table()) {
                        parallelLoop(
                                info.index(),
                                labels.get(info.startLabel()),
                                labels.getOrDefault(info.endLabel(), code.size()));
                    }
                }
            }
        }
    }

    private void parallelLoop(int slot, int start, int end) {
        if (!outermost) {
            throw refuse(Refusal.PARALLEL_LOOP, "in a method that a kernel calls");
        }
        Scope scope = scopes.stream()
                .filter(s -> s.slot() == slot && s.start() == start)
                .findFirst()
                .orElseGet(() -> {
                    Scope fresh = new Scope(slot, start, end, "i" + slot);
                    scopes.add(fresh);
                    return fresh;
                });
        parallel.put(scope, 0);
    }

    /** Reads the body into the builder's open block and leaves the block after the return open. */
    Value read(List<Value> arguments) {
        List<Scope> inOrder = parallel.keySet().stream()
                .sorted(Comparator.comparingInt(Scope::start))
                .toList();
        for (Scope scope : inOrder) {
            int depth = (int) parallel.keySet().stream()
                    .filter(o -> o.start() < scope.start() && o.end() >= scope.end())
                    .count();
            builder.loops.add(new ParallelLoop(variable(scope.slot(), Type.I32, scope), depth));
        }
        int slot = 0;
        for (Value argument : arguments) {
            if (argument instanceof Value.Number(Expr expr)) {
                builder.add(new Stmt.Assign(variable(slot, expr.type(), 0), expr));
                slot += expr.type().scalar().bytes() == 8 ? 2 : 1;
            } else {
                references.put(slot++, argument);
            }
        }
        findBlocks();
        exit = builder.newBlock();
        builder.end(new End.Jump(blockAt.get(0)));
        stackAt.put(0, List.of());
        for (pc = 0; pc < code.size(); pc++) {
            if (blockAt.containsKey(pc)) {
                if (builder.open()) {
                    jump(pc);
                }
                if (stackAt.containsKey(pc)) {
                    builder.begin(blockAt.get(pc), lines.get(pc));
                    stack = new ArrayList<>(stackAt.get(pc));
                }
            }
            if (builder.open()) {
                step(code.get(pc));
            }
        }
        builder.begin(exit, lines.isEmpty() ? 0 : lines.getLast());
        return result != null ? new Value.Number(new Expr.Read(result)) : resultReference;
    }

    private void findBlocks() {
        Map<Integer, Boolean> leaders = new TreeMap<>();
        leaders.put(0, true);
        for (int i = 0; i < code.size(); i++) {
            switch (code.get(i)) {
                case BranchInstruction b -> {
                    leaders.put(labels.get(b.target()), true);
                    leaders.put(i + 1, true);
                }
                case TableSwitchInstruction s -> {
                    s.cases().forEach(c -> leaders.put(labels.get(c.target()), true));
                    leaders.put(labels.get(s.defaultTarget()), true);
                    leaders.put(i + 1, true);
                }
                case LookupSwitchInstruction s -> {
                    s.cases().forEach(c -> leaders.put(labels.get(c.target()), true));
                    leaders.put(labels.get(s.defaultTarget()), true);
                    leaders.put(i + 1, true);
                }
                case ReturnInstruction _ -> leaders.put(i + 1, true);
                default -> {}
            }
        }
        leaders.keySet().stream().filter(p -> p < code.size()).forEach(p -> blockAt.put(p, builder.newBlock()));
    }

    private RefusedException refuse(Refusal refusal, String detail) {
        int line = pc < lines.size() ? lines.get(pc) : 0;
        return new RefusedException(refusal, place + (line > 0 ? " (line " + line + ")" : ""), detail);
    }

    // ---- variables and the stack

    private Var variable(int slot, Type type, int at) {
        Scope scope = scopes.stream()
                .filter(s -> s.slot() == slot && s.start() <= at && at < s.end())
                .findFirst()
                .orElse(null);
        return variable(slot, type, scope);
    }

    private Var variable(int slot, Type type, Scope scope) {
        return vars.computeIfAbsent(
                new VarKey(slot, type, scope), k -> builder.newVar(scope == null ? "v" + slot : scope.name(), type));
    }

    private void push(Expr expr) {
        stack.add(new Value.Number(expr));
    }

    private Value popValue() {
        return stack.removeLast();
    }

    private Expr pop() {
        if (popValue() instanceof Value.Number(Expr expr)) {
            return expr;
        }
        throw refuse(Refusal.OBJECT, "");
    }

    private Storage popArray() {
        if (popValue() instanceof Value.Array(Storage storage)) {
            return storage;
        }
        throw refuse(Refusal.OBJECT, "");
    }

    /** Copies values on the stack that a coming assignment to {@code var} would change. */
    private void protect(Var var) {
        stack.replaceAll(v -> v instanceof Value.Number(Expr expr) && reads(expr, var)
                ? new Value.Number(builder.temporary(var.name(), expr))
                : v);
    }

    private static boolean reads(Expr expr, Var var) {
        return switch (expr) {
            case Expr.Read(Var v) -> v.equals(var);
            case Expr.Unary u -> reads(u.x(), var);
            case Expr.Binary b -> reads(b.a(), var) || reads(b.b(), var);
            case Expr.Compare c -> reads(c.a(), var) || reads(c.b(), var);
            case Expr.Order o -> reads(o.a(), var) || reads(o.b(), var);
            case Expr.Cast c -> reads(c.x(), var);
            case Expr.Call c -> c.args().stream().anyMatch(a -> reads(a, var));
            case Expr.Load l -> reads(l.index(), var);
            case Expr.Select s -> reads(s.condition(), var) || reads(s.a(), var) || reads(s.b(), var);
            case Expr.Broadcast b -> reads(b.x(), var);
            case Expr.Const _, Expr.Argument _, Expr.Length _, Expr.WorkItem _, Expr.Lanes _ -> false;
        };
    }

    private void assign(Var var, Expr value) {
        protect(var);
        builder.add(new Stmt.Assign(var, value));
    }

    // ---- control flow

    /** Makes the stack what the block at {@code target} expects, and returns that block. */
    private int arrive(int target) {
        List<Value> expected = stackAt.get(target);
        if (expected == null) {
            expected = new ArrayList<>();
            for (Value v : stack) {
                expected.add(
                        v instanceof Value.Number(Expr e)
                                ? new Value.Number(new Expr.Read(builder.newVar("t", e.type())))
                                : v);
            }
            stackAt.put(target, expected);
        }
        for (int i = 0; i < stack.size(); i++) {
            if (expected.get(i) instanceof Value.Number(Expr.Read(Var var))
                    && stack.get(i) instanceof Value.Number(Expr e)) {
                builder.add(new Stmt.Assign(var, e));
            } else if (!expected.get(i).equals(stack.get(i))) {
                throw refuse(Refusal.ARRAY_VARIABLE, "");
            }
        }
        return blockAt.get(target);
    }

    private void jump(int target) {
        builder.end(new End.Jump(arrive(target)));
    }

    private void branch(Expr condition, int target) {
        int then = arrive(target);
        int otherwise = arrive(pc + 1);
        builder.end(new End.Branch(condition, then, otherwise));
    }

    private void chain(List<SwitchCase> cases, Label defaultTarget) {
        Expr selector = builder.temporary("selector", pop());
        for (SwitchCase c : cases) {
            int next = builder.newBlock();
            int then = arrive(labels.get(c.target()));
            builder.end(
                    new End.Branch(new Expr.Compare(CompareOp.EQ, selector, Expr.Const.of(c.caseValue())), then, next));
            builder.begin(next, lines.get(pc));
        }
        jump(labels.get(defaultTarget));
    }

    private static Expr condition(CompareOp op, Expr a, Expr b) {
        if (a instanceof Expr.Order(Expr x, Expr y, int nan) && b.equals(Expr.Const.of(0))) {
            boolean unordered = switch (op) {
                case LT -> nan < 0;
                case LE -> nan <= 0;
                case GT -> nan > 0;
                case GE -> nan >= 0;
                case EQ -> false;
                case NE -> true;
            };
            return unordered == (op == CompareOp.NE)
                    ? new Expr.Compare(op, x, y)
                    : new Expr.Unary(Expr.UnaryOp.NOT, new Expr.Compare(negated(op), x, y));
        }
        return new Expr.Compare(op, a, b);
    }

    private static CompareOp negated(CompareOp op) {
        return switch (op) {
            case LT -> CompareOp.GE;
            case LE -> CompareOp.GT;
            case GT -> CompareOp.LE;
            case GE -> CompareOp.LT;
            case EQ -> CompareOp.NE;
            case NE -> CompareOp.EQ;
        };
    }

    // ---- instructions

    private void step(Instruction instruction) {
        switch (instruction) {
            case ConstantInstruction c -> constant(c);
            case LoadInstruction l -> load(l);
            case StoreInstruction s -> store(s);
            case IncrementInstruction i -> {
                Var var = variable(i.slot(), Type.I32, pc);
                assign(var, new Expr.Binary(BinaryOp.ADD, new Expr.Read(var), Expr.Const.of(i.constant())));
            }
            case OperatorInstruction o -> operator(o.opcode());
            case ConvertInstruction c -> convert(c);
            case StackInstruction s -> shuffle(s.opcode());
            case BranchInstruction b -> branch(b);
            case TableSwitchInstruction s -> chain(s.cases(), s.defaultTarget());
            case LookupSwitchInstruction s -> chain(s.cases(), s.defaultTarget());
            case ReturnInstruction r -> leave(r.typeKind());
            case ArrayLoadInstruction _ -> {
                Expr index = pop();
                loadElement(popArray(), index);
            }
            case ArrayStoreInstruction _ -> {
                Expr value = pop();
                Expr index = pop();
                builder.add(new Stmt.Store(popArray(), index, value));
            }
            case NewPrimitiveArrayInstruction n -> allocatePrivate(n.typeKind());
            case NewObjectInstruction n
            when n.className().asInternalName().equals(Intrinsics.HALF) -> stack.add(new Value.Unborn());
            case FieldInstruction f -> field(f);
            case InvokeInstruction i -> invoke(i);
            case TypeCheckInstruction t when t.opcode() == Opcode.CHECKCAST -> {}
            case ThrowInstruction _ -> throw refuse(Refusal.EXCEPTION, "throw");
            case NopInstruction _ -> {}
            default ->
                throw refuse(
                        Refusal.INSTRUCTION,
                        instruction.opcode().name().toLowerCase().replace('_', ' '));
        }
    }

    private void constant(ConstantInstruction c) {
        switch (c.constantValue()) {
            case Integer v -> push(Expr.Const.of(v));
            case Float v -> push(Expr.Const.of(v));
            case Long v -> push(new Expr.Const(Type.I64, v));
            case Double v -> push(new Expr.Const(Type.F64, v));
            default -> throw refuse(Refusal.OBJECT, "");
        }
    }

    private static Optional<Type> type(TypeKind kind) {
        return switch (kind) {
            case INT, BOOLEAN, BYTE, SHORT, CHAR -> Optional.of(Type.I32);
            case LONG -> Optional.of(Type.I64);
            case FLOAT -> Optional.of(Type.F32);
            case DOUBLE -> Optional.of(Type.F64);
            case REFERENCE, VOID -> Optional.empty();
        };
    }

    private void load(LoadInstruction l) {
        Optional<Type> type = type(l.typeKind());
        if (type.isPresent() && !(references.get(l.slot()) instanceof Value.Short)) {
            push(new Expr.Read(variable(l.slot(), type.get(), pc)));
        } else if (references.containsKey(l.slot())) {
            stack.add(references.get(l.slot()));
        } else {
            throw refuse(Refusal.OBJECT, "");
        }
    }

    private void store(StoreInstruction s) {
        Optional<Type> type = type(s.typeKind());
        // The bits of a bfloat16 are an int to the JVM.
        if (type.isPresent() && !(stack.getLast() instanceof Value.Short)) {
            references.remove(s.slot());
            // A variable's range begins after the instruction that initialises it.
            assign(variable(s.slot(), type.get(), pc + 1), pop());
            return;
        }
        Value value = popValue();
        boolean reassigned = scopes.stream().anyMatch(r -> r.slot() == s.slot() && r.start() <= pc && pc < r.end());
        if (value instanceof Value.Number || reassigned && !value.equals(references.get(s.slot()))) {
            throw refuse(Refusal.ARRAY_VARIABLE, "");
        }
        references.put(s.slot(), value);
    }

    private void operator(Opcode opcode) {
        switch (opcode) {
            case INEG, LNEG, FNEG, DNEG -> push(new Expr.Unary(Expr.UnaryOp.NEG, pop()));
            case LCMP, FCMPL, DCMPL -> order(-1);
            case FCMPG, DCMPG -> order(1);
            case ARRAYLENGTH -> {
                Storage array = popArray();
                push(
                        switch (array) {
                            case Storage.Private p -> Expr.Const.of(p.length());
                            case Storage.Local l -> l.length();
                            case Storage.Global g -> new Expr.Length(g);
                        });
            }
            default -> {
                String name = opcode.name().substring(1);
                BinaryOp op = Arrays.stream(BinaryOp.values())
                        .filter(o -> o.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> refuse(Refusal.INSTRUCTION, opcode.name()));
                Expr b = pop();
                Expr a = pop();
                push(new Expr.Binary(op, a, b));
            }
        }
    }

    private void order(int nan) {
        Expr b = pop();
        Expr a = pop();
        push(new Expr.Order(a, b, nan));
    }

    private void convert(ConvertInstruction c) {
        Scalar to = switch (c.toType()) {
            case BYTE -> Scalar.I8;
            case SHORT -> Scalar.I16;
            case INT -> Scalar.I32;
            case LONG -> Scalar.I64;
            case FLOAT -> Scalar.F32;
            case DOUBLE -> Scalar.F64;
            default -> throw refuse(Refusal.INSTRUCTION, "conversion to " + c.toType());
        };
        push(new Expr.Cast(new Type(to.value(), 1), to, pop()));
    }

    private boolean wide(int depth) {
        return stack.get(stack.size() - depth) instanceof Value.Number(Expr e)
                && e.type().scalar().bytes() == 8;
    }

    private void shuffle(Opcode opcode) {
        switch (opcode) {
            case POP -> popValue();
            case POP2 -> {
                if (!wide(1)) {
                    popValue();
                }
                popValue();
            }
            case DUP -> duplicate(1, 0);
            case DUP_X1 -> duplicate(1, 1);
            case DUP_X2 -> duplicate(1, wide(2) ? 1 : 2);
            case DUP2 -> duplicate(wide(1) ? 1 : 2, 0);
            case DUP2_X1 -> duplicate(wide(1) ? 1 : 2, 1);
            case DUP2_X2 -> {
                int count = wide(1) ? 1 : 2;
                duplicate(count, wide(count + 1) ? 1 : 2);
            }
            case SWAP -> Collections.swap(stack, stack.size() - 1, stack.size() - 2);
            default -> throw refuse(Refusal.INSTRUCTION, opcode.name());
        }
    }

    private void duplicate(int count, int below) {
        List<Value> top = List.copyOf(stack.subList(stack.size() - count, stack.size()));
        stack.addAll(stack.size() - count - below, top);
    }

    private void branch(BranchInstruction b) {
        int target = labels.get(b.target());
        switch (b.opcode()) {
            case GOTO, GOTO_W -> jump(target);
            case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE -> {
                CompareOp op = CompareOp.valueOf(b.opcode().name().substring(2));
                branch(condition(op, pop(), Expr.Const.of(0)), target);
            }
            case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE -> {
                CompareOp op = CompareOp.valueOf(b.opcode().name().substring(7));
                Expr right = pop();
                branch(condition(op, pop(), right), target);
            }
            default -> throw refuse(Refusal.OBJECT, "comparison of references");
        }
    }

    private void leave(TypeKind kind) {
        if (type(kind).isPresent()) {
            Expr value = pop();
            if (result == null) {
                result = builder.newVar("result", value.type());
            }
            builder.add(new Stmt.Assign(result, value));
        } else if (kind == TypeKind.REFERENCE) {
            Value value = popValue();
            if (resultReference != null && !resultReference.equals(value)) {
                throw refuse(Refusal.ARRAY_VARIABLE, "returned");
            }
            resultReference = value;
        }
        builder.end(new End.Jump(exit));
    }

    private void loadElement(Storage array, Expr index) {
        Scalar element = array.element();
        Expr value = builder.temporary("t", new Expr.Load(new Type(element.value(), 1), array, index));
        stack.add(element.isShortFloat() ? new Value.Short(element, value) : new Value.Number(value));
    }

    private void allocatePrivate(TypeKind kind) {
        Scalar element = switch (kind) {
            case INT -> Scalar.I32;
            case LONG -> Scalar.I64;
            case FLOAT -> Scalar.F32;
            case DOUBLE -> Scalar.F64;
            default -> throw refuse(Refusal.INSTRUCTION, "array of " + kind);
        };
        if (!(pop() instanceof Expr.Const(Type _, Integer length))) {
            throw refuse(Refusal.ARRAY_SIZE, "private array");
        }
        Storage.Private array = new Storage.Private(builder.newStorage(), arrayName(), element, length);
        builder.add(new Stmt.Clear(array));
        stack.add(new Value.Array(array));
    }

    /** The name of the variable that the array on the stack is about to be stored in. */
    private String arrayName() {
        if (pc + 1 < code.size() && code.get(pc + 1) instanceof StoreInstruction s) {
            return scopes.stream()
                    .filter(r -> r.slot() == s.slot() && r.start() == pc + 2)
                    .map(Scope::name)
                    .findFirst()
                    .orElse("array");
        }
        return "array";
    }

    private void field(FieldInstruction f) {
        String owner = f.owner().asInternalName();
        String name = f.name().stringValue();
        if (f.opcode() == Opcode.GETFIELD && owner.equals(Intrinsics.CONTEXT)) {
            popValue();
            push(Intrinsics.workItem(name).orElseThrow(() -> refuse(Refusal.INSTRUCTION, name)));
            return;
        }
        if (f.opcode() != Opcode.GETSTATIC) {
            throw refuse(Refusal.OBJECT, owner.replace('/', '.') + "." + name);
        }
        try {
            Field field = Class.forName(owner.replace('/', '.'), true, reader.loader())
                    .getDeclaredField(name);
            field.setAccessible(true);
            if (!Modifier.isFinal(field.getModifiers())) {
                throw refuse(Refusal.STATIC_FIELD, name);
            }
            switch (field.get(null)) {
                case Integer v -> push(Expr.Const.of(v));
                case Float v -> push(Expr.Const.of(v));
                case Long v -> push(new Expr.Const(Type.I64, v));
                case Double v -> push(new Expr.Const(Type.F64, v));
                case null, default -> throw refuse(Refusal.STATIC_FIELD, name);
            }
        } catch (ReflectiveOperationException e) {
            throw refuse(Refusal.STATIC_FIELD, name);
        }
    }

    private void invoke(InvokeInstruction i) {
        String owner = i.owner().asInternalName();
        String name = i.name().stringValue();
        MethodTypeDesc type = i.typeSymbol();
        List<Value> arguments = new ArrayList<>();
        for (int k = 0; k < type.parameterCount(); k++) {
            arguments.addFirst(popValue());
        }
        if (i.opcode() == Opcode.INVOKESTATIC) {
            invokeStatic(owner, name, type, arguments);
            return;
        }
        Value receiver = popValue();
        if (name.equals("intValue") && receiver instanceof Value.Number) {
            stack.add(receiver);
        } else if (receiver instanceof Value.Array(Storage array)) {
            invokeArray(array, name, arguments);
        } else if (receiver instanceof Value.Context) {
            invokeContext(name, arguments);
        } else if (receiver instanceof Value.Short(Scalar _, Expr e) && name.equals("getFloat32")) {
            push(e);
        } else if (receiver instanceof Value.Unborn
                && arguments.getFirst() instanceof Value.Number(Expr e)
                && e.type().equals(Type.F32)) {
            // The constructor; javac leaves the object on the stack a second time.
            popValue();
            stack.add(Intrinsics.rounded(Scalar.F16, e));
        } else {
            throw refuse(Refusal.METHOD_CALL, owner.replace('/', '.') + "." + name);
        }
    }

    private void invokeStatic(String owner, String name, MethodTypeDesc type, List<Value> arguments) {
        if (arguments.stream().allMatch(Value.Number.class::isInstance)) {
            List<Expr> numbers =
                    arguments.stream().map(v -> ((Value.Number) v).expr()).toList();
            Optional<Expr> function = Intrinsics.function(owner, name, numbers);
            if (function.isPresent()) {
                push(function.get());
                return;
            }
        }
        Optional<Value> number = Intrinsics.format(owner).flatMap(f -> Intrinsics.format(f, name, arguments));
        if (number.isPresent()) {
            stack.add(number.get());
            return;
        }
        if (owner.startsWith("java/") || owner.startsWith(Intrinsics.API)) {
            throw refuse(Refusal.METHOD_CALL, owner.replace('/', '.') + "." + name);
        }
        MethodModel callee = reader.find(owner, name, type.descriptorString(), place)
                .orElseThrow(() -> refuse(Refusal.METHOD_CALL, owner.replace('/', '.') + "." + name));
        Value value = reader.inline(owner, callee, arguments, false);
        if (value instanceof Value.Number(Expr e)) {
            // The callee's result variable is assigned anew if this call is in a loop.
            push(builder.temporary(name, e));
        } else if (value != null) {
            stack.add(value);
        }
    }

    private Expr number(Value value) {
        if (value instanceof Value.Number(Expr e)) {
            return e;
        }
        throw refuse(Refusal.OBJECT, "");
    }

    /** What is stored of a value; a store rounds by itself. */
    private Expr stored(Storage array, Value value) {
        if (!(value instanceof Value.Short(Scalar format, Expr e))) {
            return number(value);
        }
        if (format != array.element()) {
            throw refuse(Refusal.OBJECT, "");
        }
        return e instanceof Expr.Cast(Type _, Scalar to, Expr x) && to == format ? x : e;
    }

    private void invokeArray(Storage array, String name, List<Value> arguments) {
        switch (name) {
            case "get" -> loadElement(array, number(arguments.get(0)));
            case "set" -> builder.add(new Stmt.Store(array, number(arguments.get(0)), stored(array, arguments.get(1))));
            case "getSize" -> push(new Expr.Length((Storage.Global) array));
            default -> throw refuse(Refusal.METHOD_CALL, array.name() + "." + name);
        }
    }

    private void invokeContext(String name, List<Value> arguments) {
        switch (name) {
            case "localBarrier" -> builder.add(new Stmt.Barrier(false));
            case "globalBarrier" -> builder.add(new Stmt.Barrier(true));
            case "allocateFloatLocalArray" -> allocateLocal(Scalar.F32, number(arguments.get(0)));
            case "allocateIntLocalArray" -> allocateLocal(Scalar.I32, number(arguments.get(0)));
            case "allocateLongLocalArray" -> allocateLocal(Scalar.I64, number(arguments.get(0)));
            case "allocateDoubleLocalArray" -> allocateLocal(Scalar.F64, number(arguments.get(0)));
            case "atomicAdd" -> {
                Storage array = ((Value.Array) arguments.get(0)).storage();
                builder.add(new Stmt.AtomicAdd(array, number(arguments.get(1)), number(arguments.get(2))));
            }
            default -> throw refuse(Refusal.METHOD_CALL, "KernelContext." + name);
        }
    }

    private void allocateLocal(Scalar element, Expr length) {
        Expr size = parameterExpression(length);
        Storage.Local array = new Storage.Local(builder.newStorage(), arrayName(), element, size);
        stack.add(new Value.Array(array));
    }

    /** Replaces the variables that hold parameters by the parameters, which is what a local array's size may be made of. */
    private Expr parameterExpression(Expr expr) {
        return switch (expr) {
            case Expr.Const c -> c;
            case Expr.Argument a -> a;
            case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
                new Expr.Binary(op, parameterExpression(a), parameterExpression(b));
            case Expr.Read(Var var) -> parameterExpression(singleValue(var));
            default -> throw refuse(Refusal.ARRAY_SIZE, "local array");
        };
    }

    private Expr singleValue(Var var) {
        List<Expr> values = new ArrayList<>();
        builder.statements().forEach(s -> {
            if (s instanceof Stmt.Assign(Var v, Expr value) && v.equals(var)) {
                values.add(value);
            }
        });
        if (values.size() != 1) {
            throw refuse(Refusal.ARRAY_SIZE, "local array");
        }
        return values.getFirst();
    }
}
