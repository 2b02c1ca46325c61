package org.tornadonn.suite;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test whose cases are rows of the table, each for the device among its arguments, or else the default device. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Recorder.class)
public @interface Recorded {
    /** The op or model; {0} is the test's first argument. */
    String subject();

    /** What of it. */
    String part();
}
