package org.tornadonn.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The named tensors of a model, one behind the other in one flat array, in timm's names, shapes and order. */
public final class ParameterTable {
    /**
     * A tensor.
     *
     * @param offset first element in the flat array
     * @param decayed whether weight decay applies: to tensors of two or more axes that are not exempt by name
     * @param layer by which layer-wise decay of the learning rate goes: 0 before the first block, the last one at the head
     */
    public record Entry(String name, List<Integer> shape, int offset, boolean decayed, int layer) {
        public int size() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }

        /** Whether it is the alpha of DyT or of one of its kin. */
        public boolean isAlpha() {
            return name.endsWith(ALPHA);
        }

        /** The name of the layer that it belongs to. */
        public String owner() {
            return name.substring(0, Math.max(0, name.lastIndexOf('.')));
        }
    }

    private static final String ALPHA = ".alpha";

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private int size;
    private int layer;

    /** What is added from here on belongs to the next layer. */
    public void nextLayer() {
        layer++;
    }

    /** The number of the last layer. */
    public int lastLayer() {
        return layer;
    }

    /** Adds a tensor behind the last; {@code exempt}: never decayed. */
    public void add(String name, boolean exempt, int... shape) {
        List<Integer> axes = Arrays.stream(shape).boxed().toList();
        Entry entry = new Entry(name, axes, size, !exempt && shape.length > 1, layer);
        entries.put(name, entry);
        size = Math.addExact(size, entry.size());
    }

    public Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return entry;
    }

    public List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }

    /** Number of elements of all tensors. */
    public int size() {
        return size;
    }

    /** Number of elements of the tensors that weight decay applies to. */
    public int decayedSize() {
        return entries.values().stream()
                .filter(Entry::decayed)
                .mapToInt(Entry::size)
                .sum();
    }
}
