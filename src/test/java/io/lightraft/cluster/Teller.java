package io.lightraft.cluster;

import java.io.IOException;
import java.util.Random;
import java.util.function.Supplier;

/** Moves money between two accounts over nc, in transactions, whatever happens to the nodes. */
final class Teller implements Supplier<Integer> {

    private final LocalCluster cluster;
    private final int node;
    private final String table;
    private final Random random;
    private final long endNanos;

    Teller(LocalCluster cluster, int node, String table, long seed, long endNanos) {
        this.cluster = cluster;
        this.node = node;
        this.table = table;
        this.random = new Random(seed);
        this.endNanos = endNanos;
    }

    /** Gives how many transfers were acknowledged. */
    @Override
    public Integer get() {
        int done = 0;
        while (System.nanoTime() < endNanos) {
            try (NcClient nc = cluster.nc(node)) {
                while (System.nanoTime() < endNanos) {
                    done += transfer(nc) ? 1 : 0;
                }
            } catch (IOException e) {
                Thread.onSpinWait(); // the node is down; another session will come up with it
            }
        }
        return done;
    }

    private boolean transfer(NcClient nc) throws IOException {
        int amount = random.nextInt(10);
        nc.ask(random.nextBoolean() ? "BEGIN" : "BEGIN IMMEDIATE");
        if (random.nextBoolean()) {
            nc.ask("SELECT v FROM " + table);
        }
        String out = nc.ask("UPDATE " + table + " SET v = v - " + amount + " WHERE id = 1");
        if (!out.equals("1 row affected\n")) {
            nc.ask("ROLLBACK");
            return false;
        }
        String in = nc.ask("UPDATE " + table + " SET v = v + " + amount + " WHERE id = 2");
        if (!in.equals("1 row affected\n") || random.nextInt(5) == 0) {
            nc.ask("ROLLBACK");
            return false;
        }
        return nc.ask("COMMIT").equals("OK\n");
    }
}
