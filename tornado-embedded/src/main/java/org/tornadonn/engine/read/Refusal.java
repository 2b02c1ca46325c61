package org.tornadonn.engine.read;

/** What the kernel language does not take, and what to write instead. */
public enum Refusal {
    NOT_A_METHOD_REFERENCE(
            "the task's code is not a reference to a static method",
            "pass Kernels::kName, or a lambda that captures nothing"),
    CLASS_FILE_MISSING(
            "the class file of the kernel cannot be found",
            "keep the kernel in a class that its class loader can read as a resource"),
    PARAMETER_TYPE(
            "a parameter of this type",
            "use KernelContext, FloatArray, IntArray, DoubleArray, LongArray, HalfFloatArray, BFloat16Array, int, long, float or double"),
    METHOD_CALL(
            "a call of this method",
            "call static methods with a body, Math, TornadoMath, and the methods of the kernel's arrays and context"),
    RECURSION("recursion", "write it as a loop"),
    OBJECT("objects and strings", "keep values in local variables and arrays"),
    STATIC_FIELD("a static field that is not a final number", "make it static final, or pass it as an argument"),
    ARRAY_SIZE(
            "an array whose size is not known", "use a constant, or for local arrays an expression of int arguments"),
    ARRAY_VARIABLE("a variable that holds one array or another", "select the index instead of the array"),
    EXCEPTION("throwing or catching exceptions", "check arguments on the host"),
    PARALLEL_LOOP(
            "this form of @Parallel loop",
            "write for (@Parallel int i = constant; i < bound; i++) with a bound made of arguments and array sizes"),
    INSTRUCTION("this construct", "use arithmetic, comparisons, loops and arrays of numbers");

    private final String what;
    private final String remedy;

    Refusal(String what, String remedy) {
        this.what = what;
        this.remedy = remedy;
    }

    public String what() {
        return what;
    }

    public String remedy() {
        return remedy;
    }
}
