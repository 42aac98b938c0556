package io.lightraft.nemesis;

import io.lightraft.linearizability.BankModel;
import io.lightraft.linearizability.BankModel.Balances;
import io.lightraft.linearizability.BankModel.Input;
import io.lightraft.linearizability.BankModel.Output;
import io.lightraft.linearizability.BankModel.Read;
import io.lightraft.linearizability.BankModel.Transfer;
import io.lightraft.linearizability.BankModel.Transferred;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Money that moves between accounts: as a transaction of two statements of which the first fails where there is too
 * little, or as one statement. Each read sees all accounts, and so whether money was lost or made.
 */
final class BankWorkload extends Workload<Balances, Input, Output> {

    private static final int ACCOUNTS = 4;
    private static final long OPENING = 100;

    BankWorkload() {
        super("bank", new BankModel(Map.of("0", OPENING, "1", OPENING, "2", OPENING, "3", OPENING)));
    }

    @Override
    List<String> schema(int epochs) {
        return List.of(
                "CREATE TABLE bank(epoch INTEGER, account INTEGER, balance INTEGER CHECK (balance >= 0),"
                        + " PRIMARY KEY(epoch, account))",
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " + (epochs * ACCOUNTS - 1)
                        + ") INSERT INTO bank SELECT i / " + ACCOUNTS + ", i % " + ACCOUNTS + ", " + OPENING
                        + " FROM n");
    }

    @Override
    boolean step(int client, Sql sql, int epoch, Random random) {
        if (random.nextInt(10) < 4) {
            return record(client, key(epoch, 0), new Read(), () -> read(sql, query(epoch)), BankWorkload::balances);
        }
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = 1 + random.nextInt(80);
        Transfer transfer = new Transfer(String.valueOf(from), String.valueOf(to), amount);
        String update = "UPDATE bank SET balance = balance ";
        String where = " WHERE epoch = " + epoch + " AND account ";
        if (sql.transactions()) {
            return record(
                    client,
                    key(epoch, 0),
                    transfer,
                    () -> sql.write(
                            update + "- " + amount + where + "= " + from, update + "+ " + amount + where + "= " + to),
                    BankWorkload::transferred);
        } else {
            String both = update + "+ iif(account = " + to + ", " + amount + ", -" + amount + ")" + where + "IN ("
                    + from + ", " + to + ") AND (SELECT balance FROM bank" + where + "= " + from + ") >= " + amount;
            return record(client, key(epoch, 0), transfer, () -> sound(sql.write(both)), BankWorkload::moved);
        }
    }

    @Override
    boolean readAll(int client, Sql sql, int epoch) {
        return recordAll(
                client,
                List.of(new Keyed<>(key(epoch, 0), new Read())),
                () -> read(sql, query(epoch)),
                reply -> Map.of(key(epoch, 0), balances(reply)));
    }

    private static String query(int epoch) {
        return "SELECT account, balance FROM bank WHERE epoch = " + epoch;
    }

    private static Output balances(Sql.Reply reply) {
        if (reply.rows().size() != ACCOUNTS) {
            throw new IllegalStateException("the accounts are there since before: " + reply.text());
        }
        Map<String, Long> balances = new TreeMap<>();
        reply.rows().forEach(row -> balances.put(row.get(0), Long.valueOf(row.get(1))));
        return new Balances(balances);
    }

    private static Output transferred(Sql.Reply reply) {
        if (reply.fate() == Sql.Fate.FAILED && !reply.text().contains("CHECK constraint failed")) {
            throw new IllegalStateException("not for want of money: " + reply.text());
        }
        if (reply.fate() == Sql.Fate.DONE && !reply.affected().equals(List.of(1L, 1L))) {
            throw new IllegalStateException("two rows are there to change: " + reply.text());
        }
        return new Transferred(reply.fate() == Sql.Fate.DONE);
    }

    private static Output moved(Sql.Reply reply) {
        if (reply.changed() != 0 && reply.changed() != 2) {
            throw new IllegalStateException("both accounts or none: " + reply.text());
        }
        return new Transferred(reply.changed() == 2);
    }
}
