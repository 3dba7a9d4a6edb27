package dev.mezzotint.engine.parallel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * A fixed pool of daemon threads that runs numbered tasks; the calling thread takes part.
 *
 * <p>Tasks are handed out one by one as threads become free, so which thread runs a task is not determined. Results are
 * bit-identical for every number of threads as long as each task writes its own outputs and no task reads another's.
 *
 * <p>Idle threads spin for some tens of microseconds before they park, so that a run of short kernels costs a few
 * microseconds each to dispatch. {@link #run} allocates nothing.
 */
public final class Workers implements AutoCloseable {
    private static final long SPIN_NANOS = 50_000;
    private static final int SPINS_BETWEEN_CLOCK_READS = 64;
    private static final long REMAINING_MASK = 0xFFFF_FFFFL;

    private static Workers shared;

    private final Worker[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();

    /**
     * High half: number of the run; low half: tasks not yet claimed. One word, so that a thread which is late for a run
     * can never claim a task of the next one with the body of the last: its compare-and-set fails.
     */
    private final AtomicLong ticket = new AtomicLong();

    private final AtomicInteger finished = new AtomicInteger();

    /** Threads of others that take tasks at present. */
    private final AtomicInteger helpers = new AtomicInteger();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    // Written before the ticket that publishes them.
    private IntConsumer body = task -> {};
    private int tasks;

    private volatile Thread waiter;
    private volatile boolean closed;

    private Workers(int threads) {
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("mezzotint-worker-" + (i + 1));
            workers[i].start();
        }
    }

    /**
     * A pool of its own.
     *
     * @param threads how many threads work, the caller of {@link #run} included
     * @throws IllegalArgumentException if {@code threads} is not between 1 and 1024
     */
    public static Workers of(int threads) {
        requireThreads(threads);
        return new Workers(threads);
    }

    /**
     * The pool that all share: as many threads as there are processors unless {@link #setSharedThreads} said
     * otherwise.
     */
    public static synchronized Workers shared() {
        if (shared == null) {
            shared = new Workers(Math.max(1, Math.min(1024, Runtime.getRuntime().availableProcessors())));
        }
        return shared;
    }

    /**
     * Sets the number of threads of the shared pool. A shared pool that was handed out before stays usable, but works
     * on its caller's thread alone from now on.
     *
     * @throws IllegalArgumentException if {@code threads} is not between 1 and 1024
     */
    public static synchronized void setSharedThreads(int threads) {
        requireThreads(threads);
        if (shared != null) {
            if (shared.threads() == threads) {
                return;
            }
            shared.close();
        }
        shared = new Workers(threads);
    }

    private static void requireThreads(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException(
                    "the number of threads is " + threads + "; choose one between 1 and 1024");
        }
    }

    /** How many threads take part in a run, the caller and those that {@link #help} included. */
    public int threads() {
        return workers.length + 1 + helpers.get();
    }

    /**
     * Takes part in the runs of others, on the calling thread, until it is told to stop. Between runs it lets other threads of
     * this machine go first.
     *
     * @param stop asked again and again; what it waits for must not wait for this thread
     */
    public void help(BooleanSupplier stop) {
        helpers.incrementAndGet();
        try {
            while (!stop.getAsBoolean()) {
                claimAll();
                for (int i = 0; i < SPINS_BETWEEN_CLOCK_READS && !hasWork(); i++) {
                    Thread.onSpinWait();
                }
                if (!hasWork()) {
                    Thread.yield();
                }
            }
        } finally {
            helpers.decrementAndGet();
        }
    }

    /**
     * Runs {@code body} once for each of 0 … tasks-1 and returns when all are done; what the tasks wrote is visible
     * then.
     *
     * <p>A run from inside a task, or while another thread's run is under way, goes task by task on the calling thread.
     * If a task throws, tasks not yet begun are dropped and the first exception is thrown here.
     *
     * @throws IllegalArgumentException if {@code tasks} is negative
     */
    public void run(int tasks, IntConsumer body) {
        if (tasks < 0) {
            throw new IllegalArgumentException("the number of tasks is " + tasks + "; it must not be negative");
        }
        if (tasks <= 1 || threads() == 1 || closed || !busy.compareAndSet(false, true)) {
            for (int task = 0; task < tasks; task++) {
                body.accept(task);
            }
            return;
        }
        try {
            runShared(tasks, body);
        } finally {
            this.body = null;
            busy.set(false);
        }
    }

    private void runShared(int tasks, IntConsumer body) {
        this.tasks = tasks;
        this.body = body;
        finished.set(0);
        waiter = null;
        failure.set(null);
        ticket.set(((ticket.get() >>> 32) + 1) << 32 | tasks);
        int wanted = Math.min(workers.length, tasks - 1);
        for (int i = 0; i < wanted; i++) {
            workers[i].wake();
        }
        claimAll();
        awaitFinished(tasks);
        Throwable thrown = failure.get();
        if (thrown != null) {
            failure.set(null);
            throw Workers.<RuntimeException>asUnchecked(thrown);
        }
    }

    // A task may throw a checked exception that the compiler did not see; it leaves as it came.
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T asUnchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private void claimAll() {
        while (true) {
            long seen = ticket.get();
            int remaining = (int) (seen & REMAINING_MASK);
            if (remaining == 0) {
                return;
            }
            int total = tasks;
            IntConsumer current = body;
            if (ticket.compareAndSet(seen, seen - 1)) {
                execute(current, total - remaining, total);
            }
        }
    }

    private boolean hasWork() {
        return (ticket.get() & REMAINING_MASK) != 0;
    }

    private void execute(IntConsumer current, int task, int total) {
        try {
            if (failure.get() == null) {
                current.accept(task);
            }
        } catch (Throwable thrown) {
            failure.compareAndSet(null, thrown);
        } finally {
            if (finished.incrementAndGet() == total) {
                LockSupport.unpark(waiter);
            }
        }
    }

    private void awaitFinished(int total) {
        long deadline = System.nanoTime() + SPIN_NANOS;
        while (finished.get() < total) {
            for (int i = 0; i < SPINS_BETWEEN_CLOCK_READS && finished.get() < total; i++) {
                Thread.onSpinWait();
            }
            if (System.nanoTime() - deadline >= 0) {
                waiter = Thread.currentThread();
                while (finished.get() < total) {
                    LockSupport.park(this);
                }
            }
        }
    }

    /** Ends the threads. A run after this goes task by task on the calling thread. */
    @Override
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private final class Worker extends Thread {
        private volatile boolean parked;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            while (!closed) {
                claimAll();
                if (!spinForWork()) {
                    parked = true;
                    while (!hasWork() && !closed) {
                        LockSupport.park(Workers.this);
                    }
                    parked = false;
                }
            }
        }

        private boolean spinForWork() {
            long deadline = System.nanoTime() + SPIN_NANOS;
            do {
                for (int i = 0; i < SPINS_BETWEEN_CLOCK_READS; i++) {
                    if (hasWork()) {
                        return true;
                    }
                    Thread.onSpinWait();
                }
            } while (System.nanoTime() - deadline < 0);
            return false;
        }
    }
}
