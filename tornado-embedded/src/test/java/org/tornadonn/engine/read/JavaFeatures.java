package org.tornadonn.engine.read;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels of one Java feature each; what they compute on a device must be what they compute when called. */
final class JavaFeatures {
    static final float SCALE = 1.5f;

    private JavaFeatures() {}

    static void kIfElse(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            if (x.get(i) > 0.5f && k.get(i) != 3 || x.get(i) < -1f) {
                y.set(i, 2f * x.get(i));
            } else if (k.get(i) % 2 == 0) {
                y.set(i, -x.get(i));
            } else {
                y.set(i, k.get(i));
            }
        }
    }

    static void kIndexSums(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            int n = x.getSize();
            float before = x.get(-1 + Math.max(1, i));
            float far = x.get(i + Integer.MAX_VALUE + (Integer.MIN_VALUE + 1));
            float mirrored = x.get(n + -i + -1);
            y.set(-n + i + (n - k.get(i)) + k.get(i), before + 2f * far + 3f * mirrored);
        }
    }

    static void kTernary(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            float a = x.get(i) >= 0f ? x.get(i) : -x.get(i);
            y.set(i, a + (k.get(i) > 2 ? (k.get(i) < 5 ? 1f : 2f) : 3f));
        }
    }

    static void kWhileBreakContinue(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            float sum = 0f;
            int j = 0;
            while (true) {
                j++;
                if (j > 20) {
                    break;
                }
                if (j % 3 == 0) {
                    continue;
                }
                sum += x.get((i + j) % x.getSize());
            }
            y.set(i, sum + j);
        }
    }

    static void kDoWhile(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            int n = k.get(i) + 1;
            int steps = 0;
            do {
                n = n % 2 == 0 ? n / 2 : 3 * n + 1;
                steps++;
            } while (n > 1 && steps < 50);
            y.set(i, steps);
        }
    }

    static void kLabelled(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            int found = -1;
            outer:
            for (int a = 0; a < 6; a++) {
                for (int b = a; b < 6; b++) {
                    if (a * b == k.get(i)) {
                        found = 10 * a + b;
                        break outer;
                    }
                    if (b == 4) {
                        continue outer;
                    }
                }
            }
            y.set(i, found);
        }
    }

    static void kSwitch(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            float v = switch (k.get(i)) {
                case 0, 1 -> 5f;
                case 2 -> x.get(i);
                case 700 -> 1f;
                default -> -1f;
            };
            y.set(i, v);
        }
    }

    static void kIntegers(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            int h = (k.get(i) + 77) * 0x9E3779B1;
            h ^= h >>> 15;
            h = h << 7 | h >> 3;
            h = ~h & 0xFFFFFF ^ i;
            y.set(i, h % 1000 - (h >>> 33) / (i + 1));
        }
    }

    static void kLongs(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            long a = k.get(i) * 123456789012L + i;
            a ^= a >>> 21;
            y.set(i, (int) (a % 100003L) + (a > 0L ? 1 : 0));
        }
    }

    static void kConversions(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            int huge = (int) (x.get(i) * 1e20f);
            int none = (int) (x.get(i) * 0f / 0f);
            int small = (byte) (k.get(i) * 100) + (short) (k.get(i) * 40000);
            y.set(i, (huge > 0 ? 1f : 2f) + none + small + (float) (double) x.get(i));
        }
    }

    static void kNaN(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            float v = k.get(i) % 2 == 0 ? 0f / (k.get(i) - k.get(i)) : x.get(i);
            float r = 0f;
            if (v < 1f) {
                r += 1f;
            }
            if (!(v < 1f)) {
                r += 2f;
            }
            if (v >= 1f) {
                r += 4f;
            }
            if (v != v) {
                r += 8f;
            }
            float least = TornadoMath.clamp(v, 0f, 1f);
            float sign = TornadoMath.signum(v);
            r += least != least ? 32f : 0f;
            r += sign != sign ? 64f : 0f;
            y.set(i, r + (Math.max(v, 0f) != Math.max(v, 0f) ? 16f : 0f));
        }
    }

    private static float square(float v) {
        float w = v;
        w *= v;
        return w;
    }

    private static float early(float v, int n) {
        for (int j = 0; j < n; j++) {
            if (v > 1f) {
                return v + j;
            }
            v += square(0.3f);
        }
        return -v;
    }

    static void kCalls(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            y.set(i, early(x.get(i), k.get(i)) + square(x.get(i)) * SCALE);
        }
    }

    static void kPrivateArray(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            float[] last = new float[5];
            for (int j = 0; j < k.get(i) % 4; j++) {
                last[j] = x.get((i + j) % x.getSize());
                last[4] += last[j] * j;
            }
            y.set(i, last[0] + last[4] + last[3] + last.length);
        }
    }

    static void kMath(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            float v = x.get(i);
            y.set(
                    i,
                    TornadoMath.exp(-v)
                            + TornadoMath.sqrt(Math.abs(v))
                            + TornadoMath.tanh(v)
                            + Math.max(v, 0.1f)
                            + Math.min(k.get(i), 3)
                            + TornadoMath.floor(v)
                            + TornadoMath.clamp(v, -0.5f, 0.5f)
                            + TornadoMath.signum(v));
        }
    }

    static void kTwoLoops(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < 4; i++) {
            for (@Parallel int j = 0; j < x.getSize() / 4; j++) {
                y.set(i * (x.getSize() / 4) + j, x.get(i * (x.getSize() / 4) + j) + 100 * i + j);
            }
        }
        for (@Parallel int i = 0; i < x.getSize() % 4; i++) {
            for (@Parallel int j = 0; j < 1; j++) {
                y.set(x.getSize() / 4 * 4 + i, 7f + j);
            }
        }
    }

    static void kLanes(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int block = 0; block < x.getSize() / 16; block++) {
            float[] sums = new float[16];
            int base = block * 16;
            for (int r = 0; r < 3; r++) {
                for (int l = 0; l < 16; l++) {
                    float v = x.get(base + l);
                    sums[l] += v * r + square(v) + l;
                }
            }
            for (int l = 0; l < 16; l++) {
                y.set(base + l, Math.max(sums[l], k.get(base + l)) + TornadoMath.signum(x.get(base + l)));
            }
        }
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            if (i >= x.getSize() / 16 * 16) {
                y.set(i, 0f);
            }
        }
    }

    /** Choices in lanes: by NaN, by what is the same in all lanes, and one with a side that must not be evaluated. */
    static void kChoices(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int block = 0; block < x.getSize() / 16; block++) {
            int base = block * 16;
            float[] most = new float[16];
            for (int l = 0; l < 16; l++) {
                float in = x.get(base + l);
                float turned = -in;
                most[l] = in > turned ? in : turned;
            }
            float same = k.get(base) > 4 ? 1f : 2f;
            for (int l = 0; l < 16; l++) {
                float in = x.get(base + l);
                float root = TornadoMath.sqrt(in);
                float a = root >= 0.5f ? in : most[l];
                float b = root < 0.5f ? in : most[l];
                y.set(base + l, a + 2f * b + (a * a <= b * b ? 4f : 8f));
            }
            for (int l = 0; l < 16; l++) {
                float in = x.get(base + l);
                float c = same > 1.5f ? in : most[l];
                y.set(base + l, y.get(base + l) + c);
            }
        }
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            if (i >= x.getSize() / 16 * 16) {
                int divisor = k.get(i) % 2;
                y.set(i, divisor == 0 ? 7 : 100 / divisor);
            }
        }
    }

    /** A loop of 16 that carries a value, and one that reads what another trip wrote: neither may become vectors. */
    static void kNotLanes(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int one = 0; one < 1; one++) {
            for (int i = 0; i < x.getSize(); i++) {
                y.set(i, x.get(i));
            }
            for (int l = 0; l < 16; l++) {
                y.set(1 + l, y.get(l) + 1f);
            }
            float sum = 0f;
            for (int l = 0; l < 16; l++) {
                sum = sum * 0.5f + x.get(l);
            }
            y.set(20, sum);
        }
    }
}
