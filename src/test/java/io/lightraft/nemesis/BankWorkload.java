package io.lightraft.nemesis;

import io.lightraft.linearizability.BankModel;
import io.lightraft.linearizability.BankModel.Balances;
import io.lightraft.linearizability.BankModel.Input;
import io.lightraft.linearizability.BankModel.LookAndTransfer;
import io.lightraft.linearizability.BankModel.Output;
import io.lightraft.linearizability.BankModel.Read;
import io.lightraft.linearizability.BankModel.Transfer;
import io.lightraft.linearizability.BankModel.Transferred;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Money that moves between accounts: as a transaction of two statements of which the first fails where there is too
 * little, statement by statement with a look before, or as one statement. Each read sees all accounts, and so whether money was lost or made.
 */
final class BankWorkload extends Workload<Balances, Input, Output> {

    private static final int ACCOUNTS = 4;
    private static final long OPENING = 100;
    private static final int KILLED_ONE_IN = 15;

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
        Transaction transaction = random.nextBoolean() ? sql.transaction() : null;
        if (transaction != null) {
            return record(
                    client,
                    key(epoch, 0),
                    new LookAndTransfer(String.valueOf(from), String.valueOf(to), amount),
                    () -> step(transaction, epoch, from, to, amount, random),
                    BankWorkload::balances);
        }
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

    /** The reply to the reading statement, if the whole is done. */
    private Sql.Reply step(Transaction transaction, int epoch, int from, int to, int amount, Random random) {
        List<String> statements = List.of(
                random.nextBoolean() ? "BEGIN" : "BEGIN IMMEDIATE",
                query(epoch),
                update(epoch, from, -amount),
                update(epoch, to, amount),
                "COMMIT");
        if (random.nextInt(KILLED_ONE_IN) == 0) {
            return killed(transaction, blindly(statements, amount), random);
        }
        int hangUpBefore = random.nextInt(KILLED_ONE_IN) == 0 ? 1 + random.nextInt(4) : Integer.MAX_VALUE;
        try (transaction) {
            Sql.Reply begun = transaction.run(statements.get(0));
            Sql.Reply seen = transaction.run(statements.get(1));
            if (begun.fate() != Sql.Fate.DONE || seen.fate() != Sql.Fate.DONE || hangUpBefore < 2) {
                return Sql.Reply.without(Sql.Fate.REFUSED, begun.text() + seen.text());
            }
            if (enough(seen, from, amount)) {
                for (int i = 2; i < 4; i++) {
                    Sql.Reply updated = transaction.run(statements.get(i));
                    if (updated.fate() != Sql.Fate.DONE || hangUpBefore == i) {
                        return Sql.Reply.without(Sql.Fate.REFUSED, updated.text());
                    } else if (!updated.text().equals("1 row affected\n")) {
                        throw new IllegalStateException("it was seen before that this can be done: " + updated.text());
                    }
                }
            }
            Sql.Reply end = transaction.commit();
            return end.fate() == Sql.Fate.DONE ? seen : end;
        }
    }

    /** Typed by somebody who doesn't read the answers: after an UPDATE that fails, COMMIT would commit the other one. */
    private static List<String> blindly(List<String> statements, int amount) {
        List<String> blind = new ArrayList<>(statements);
        blind.set(2, statements.get(2) + " AND balance >= " + amount);
        blind.set(3, statements.get(3) + " AND changes() = 1");
        return blind;
    }

    private static Sql.Reply killed(Transaction transaction, List<String> statements, Random random) {
        try {
            return Sql.Reply.without(transaction.killedWithin(statements, random), "killed");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("no process can be killed", e);
        }
    }

    private static boolean enough(Sql.Reply seen, int account, int amount) {
        return seen.rows().stream()
                .anyMatch(row -> row.get(0).equals(String.valueOf(account)) && Long.parseLong(row.get(1)) >= amount);
    }

    private static String update(int epoch, int account, int change) {
        return "UPDATE bank SET balance = balance + " + change + " WHERE epoch = " + epoch + " AND account = "
                + account;
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
