package org.tornadonn.nn.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The numbers that decide what is left out, and the factors that they give. */
class DropPathTest {
    @Test
    void factorsHaveTheMeanOne() {
        int blocks = 5;
        int n = 20_000;
        for (int block = 0; block < blocks; block++) {
            double rate = DropPath.rate(0.4f, block, blocks);
            assertEquals(0.1 * block, rate, 1e-7);
            double sum = 0;
            int left = 0;
            for (int i = 0; i < n; i++) {
                float factor = DropPath.factor(rate, DropPath.uniform(11, i / 32, block, 1, i % 32));
                sum += factor;
                left += factor == 0 ? 1 : 0;
            }
            // Five standard deviations.
            assertEquals(rate, (double) left / n, 5 * Math.sqrt(rate * (1 - rate) / n));
            assertEquals(1, sum / n, 5 * Math.sqrt(rate / (1 - rate) / n) + 1e-6);
        }
        assertEquals(0, DropPath.rate(0.4f, 0, 1));
    }

    @Test
    void areUniformAndHangOnEveryCounter() {
        int n = 1 << 16;
        double sum = 0;
        int below = 0;
        double products = 0;
        for (int i = 0; i < n; i++) {
            double u = DropPath.uniform(7, i / 256, 3, i / 64 % 4 / 2, i % 256);
            assertTrue(u >= 0 && u < 1);
            sum += u;
            below += u < 0.1 ? 1 : 0;
            products += (u - 0.5) * (DropPath.uniform(7, i / 256, 3, i / 64 % 4 / 2, i % 256 + 1) - 0.5);
        }
        // Five standard deviations of a mean of n.
        assertEquals(0.5, sum / n, 5 * Math.sqrt(1.0 / 12 / n));
        assertEquals(0.1, (double) below / n, 5 * Math.sqrt(0.09 / n));
        assertEquals(0, products / n, 5 * Math.sqrt(1.0 / 144 / n));
        double one = DropPath.uniform(7, 1, 2, 0, 4);
        assertEquals(one, DropPath.uniform(7, 1, 2, 0, 4));
        assertNotEquals(one, DropPath.uniform(8, 1, 2, 0, 4));
        assertNotEquals(one, DropPath.uniform(7, 2, 2, 0, 4));
        assertNotEquals(one, DropPath.uniform(7, 1, 3, 0, 4));
        assertNotEquals(one, DropPath.uniform(7, 1, 2, 1, 4));
        assertNotEquals(one, DropPath.uniform(7, 1, 2, 0, 5));
    }
}
