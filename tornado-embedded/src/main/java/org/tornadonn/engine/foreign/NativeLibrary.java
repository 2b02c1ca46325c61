package org.tornadonn.engine.foreign;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/** A native library, loaded for as long as the process lives. */
@SuppressWarnings("restricted")
public final class NativeLibrary {
    private final SymbolLookup symbols;

    private NativeLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** The first of the names, or paths, that the system's loader finds. */
    public static Optional<NativeLibrary> find(List<String> names) {
        for (String name : names) {
            try {
                return Optional.of(new NativeLibrary(SymbolLookup.libraryLookup(name, Arena.global())));
            } catch (IllegalArgumentException _) {
                // Not under this name.
            }
        }
        return Optional.empty();
    }

    public boolean has(String function) {
        return symbols.find(function).isPresent();
    }

    public MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        MemorySegment symbol = symbols.find(name).orElseThrow();
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(result, arguments));
    }

    /** A call, or several, with memory that lives as long. */
    @FunctionalInterface
    public interface Call<T> {
        T run(Arena arena) throws Throwable;
    }

    public static <T> T in(Call<T> call) {
        try (Arena arena = Arena.ofConfined()) {
            return call.run(arena);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
