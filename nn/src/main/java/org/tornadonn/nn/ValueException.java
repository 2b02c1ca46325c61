package org.tornadonn.nn;

import java.util.Locale;

/** A value of a configuration is outside what is allowed. */
public final class ValueException extends UserException {
    private static final long serialVersionUID = 1L;

    private final String key;

    private ValueException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** @throws ValueException unless {@code value} is from {@code least} to {@code most} */
    public static void check(String key, double value, double least, double most) {
        // Not the other way round, for NaN.
        if (!(value >= least && value <= most)) {
            throw new ValueException(
                    key, key + " is " + plain(value) + "; allowed is " + plain(least) + " to " + plain(most) + ".");
        }
    }

    /** @throws ValueException where there is no value */
    public static void need(String key, Object value) {
        if (value == null) {
            throw new ValueException(key, key + " is missing.");
        }
    }

    /** @throws ValueException where {@code value}, that of {@code other}, is given too */
    public static void alone(String key, String other, Object value) {
        if (value != null) {
            throw new ValueException(key, key + " and " + other + " are both given; give one.");
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%.0f", value)
                : Double.toString(value);
    }

    /** The name of the value. */
    public String key() {
        return key;
    }
}
