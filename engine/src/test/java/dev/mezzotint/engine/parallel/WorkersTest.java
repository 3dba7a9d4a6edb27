package dev.mezzotint.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
    @Test
    void everyTaskRunsExactlyOnceOverManyRuns() {
        for (int threads : new int[] {1, 2, 3, 8}) {
            try (Workers workers = Workers.of(threads)) {
                assertEquals(threads, workers.threads());
                int[] counts = new int[41];
                int[] expected = new int[41];
                for (int run = 0; run < 3000; run++) {
                    int tasks = run % 42;
                    workers.run(tasks, task -> counts[task]++);
                    for (int task = 0; task < tasks; task++) {
                        expected[task]++;
                    }
                }
                assertArrayEquals(expected, counts, threads + " threads");
            }
        }
    }

    @Test
    void wakesParkedThreads() throws InterruptedException {
        try (Workers workers = Workers.of(2)) {
            for (int run = 0; run < 20; run++) {
                Thread.sleep(2);
                CountDownLatch both = new CountDownLatch(2);
                AtomicInteger met = new AtomicInteger();
                workers.run(2, task -> {
                    both.countDown();
                    try {
                        if (both.await(20, TimeUnit.SECONDS)) {
                            met.incrementAndGet();
                        }
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                assertEquals(2, met.get(), "two threads work at the same time");
            }
        }
    }

    @Test
    void waitsForSlowTasks() {
        try (Workers workers = Workers.of(3)) {
            boolean[] done = new boolean[3];
            workers.run(3, task -> {
                try {
                    Thread.sleep(task == 2 ? 1 : 30);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                done[task] = true;
            });
            assertArrayEquals(new boolean[] {true, true, true}, done);
        }
    }

    @Test
    void exceptionReachesCallerAndPoolGoesOn() {
        try (Workers workers = Workers.of(4)) {
            for (int run = 0; run < 200; run++) {
                int bad = run % 16;
                UnsupportedOperationException thrown = assertThrows(
                        UnsupportedOperationException.class,
                        () -> workers.run(16, task -> {
                            if (task == bad) {
                                throw new UnsupportedOperationException("task " + task);
                            }
                        }));
                assertEquals("task " + bad, thrown.getMessage());
                AtomicInteger sum = new AtomicInteger();
                workers.run(10, sum::addAndGet);
                assertEquals(45, sum.get());
            }
        }
    }

    @Test
    void nestedRunGoesInline() {
        try (Workers workers = Workers.of(4)) {
            AtomicIntegerArray hits = new AtomicIntegerArray(64);
            workers.run(8, outer -> {
                Thread own = Thread.currentThread();
                workers.run(8, inner -> {
                    assertSame(own, Thread.currentThread());
                    hits.incrementAndGet(outer * 8 + inner);
                });
            });
            for (int i = 0; i < 64; i++) {
                assertEquals(1, hits.get(i));
            }
        }
    }

    @Test
    void severalCallersAtOnce() throws InterruptedException {
        try (Workers workers = Workers.of(2)) {
            Set<String> wrong = ConcurrentHashMap.newKeySet();
            Thread[] callers = new Thread[3];
            for (int c = 0; c < callers.length; c++) {
                callers[c] = new Thread(() -> {
                    long[] values = new long[32];
                    for (int run = 0; run < 2000; run++) {
                        Arrays.fill(values, -1);
                        workers.run(32, task -> values[task] = task);
                        for (int i = 0; i < 32; i++) {
                            if (values[i] != i) {
                                wrong.add("value " + i + " is " + values[i]);
                            }
                        }
                    }
                });
                callers[c].start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertTrue(wrong.isEmpty(), wrong::toString);
        }
    }

    @Test
    void othersHelpWhileTheyAreAskedTo() throws InterruptedException {
        try (Workers workers = Workers.of(1)) {
            AtomicBoolean stop = new AtomicBoolean();
            Thread helper = new Thread(() -> workers.help(stop::get));
            helper.start();
            while (workers.threads() == 1) {
                Thread.onSpinWait();
            }
            CountDownLatch both = new CountDownLatch(2);
            workers.run(2, task -> {
                both.countDown();
                try {
                    assertTrue(both.await(20, TimeUnit.SECONDS), "two threads work at the same time");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            int[] counts = new int[41];
            for (int run = 0; run < 3000; run++) {
                workers.run(counts.length, task -> counts[task]++);
            }
            assertTrue(Arrays.stream(counts).allMatch(count -> count == 3000), () -> Arrays.toString(counts));
            stop.set(true);
            helper.join();
            assertEquals(1, workers.threads());
        }
    }

    @Test
    void closedPoolStillWorksOnItsCaller() {
        Workers workers = Workers.of(2);
        workers.close();
        AtomicInteger sum = new AtomicInteger();
        workers.run(5, sum::addAndGet);
        assertEquals(10, sum.get());
    }

    @Test
    void sharedPoolFollowsTheSetting() {
        Workers before = Workers.shared();
        int threads = before.threads();
        try {
            Workers.setSharedThreads(threads + 1);
            assertEquals(threads + 1, Workers.shared().threads());
            assertNotSame(before, Workers.shared());
            assertSame(Workers.shared(), Workers.shared());
        } finally {
            Workers.setSharedThreads(threads);
        }
    }

    @Test
    void refusesBadNumbers() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Workers.of(0))
                .getMessage()
                .contains("number of threads is 0"));
        assertThrows(IllegalArgumentException.class, () -> Workers.of(1025));
        try (Workers workers = Workers.of(1)) {
            assertThrows(IllegalArgumentException.class, () -> workers.run(-1, task -> {}));
        }
    }
}
