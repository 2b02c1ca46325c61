package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rates of the paper's recipe: 300 epochs of 312 steps, 20 of them warm-up, peak 4e-3, end 1e-6. */
class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 6.411283859592884e-7",
        "6239, 0.004",
        "6240, 0.004",
        "6241, 0.003999999998707098",
        "46800, 0.0022243729699685643",
        "93599, 1.0000012929028863e-6"
    })
    void rates(long step, double rate) {
        assertEquals(rate, new Schedule(4e-3, 1e-6, 6240, 93600).rate(step), 1e-12 * 4e-3);
    }
}
