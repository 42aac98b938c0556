package io.lightraft.nemesis;

import io.lightraft.linearizability.PerKeyModel.Keyed;
import io.lightraft.linearizability.RegisterModel;
import io.lightraft.linearizability.RegisterModel.CompareAndSet;
import io.lightraft.linearizability.RegisterModel.Done;
import io.lightraft.linearizability.RegisterModel.Input;
import io.lightraft.linearizability.RegisterModel.Output;
import io.lightraft.linearizability.RegisterModel.Read;
import io.lightraft.linearizability.RegisterModel.Value;
import io.lightraft.linearizability.RegisterModel.Write;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Values that are written, replaced if they are what they are believed to be, and read. No value is written twice. */
final class RegisterWorkload extends Workload<Value<Long>, Input<Long>, Output<Long>> {

    private static final int REGISTERS = 4;

    private final AtomicLong values = new AtomicLong();
    /** What somebody saw last, mostly still true. */
    private final Map<String, Long> seen = new ConcurrentHashMap<>();

    RegisterWorkload() {
        super("registers", new RegisterModel<>());
    }

    @Override
    List<String> schema(int epochs) {
        return List.of(
                "CREATE TABLE register(epoch INTEGER, object INTEGER, value INTEGER, PRIMARY KEY(epoch, object))");
    }

    @Override
    boolean step(int client, Sql sql, int epoch, Random random) {
        int object = random.nextInt(REGISTERS);
        String key = key(epoch, object);
        String where = " WHERE epoch = " + epoch + " AND object = " + object;
        int dice = random.nextInt(10);
        long value = values.incrementAndGet();
        if (dice < 4) {
            return record(
                    client,
                    key,
                    new Read<>(),
                    () -> read(sql, "SELECT value FROM register" + where),
                    reply -> see(key, reply.rows()));
        } else if (dice < 7) {
            String statement = "INSERT INTO register VALUES(" + epoch + ", " + object + ", " + value
                    + ") ON CONFLICT DO UPDATE SET value = excluded.value";
            return record(
                    client,
                    key,
                    new Write<>(value),
                    () -> sound(sql.write(statement)),
                    reply -> done(key, value, reply));
        } else {
            long expected = seen.getOrDefault(key, 0L);
            String statement = "UPDATE register SET value = " + value + where + " AND value = " + expected;
            return record(
                    client,
                    key,
                    new CompareAndSet<>(expected, value),
                    () -> sound(sql.write(statement)),
                    reply -> done(key, value, reply));
        }
    }

    @Override
    boolean readAll(int client, Sql sql, int epoch) {
        List<Keyed<Input<Long>>> inputs = IntStream.range(0, REGISTERS)
                .mapToObj(object -> new Keyed<Input<Long>>(key(epoch, object), new Read<>()))
                .toList();
        return recordAll(
                client, inputs, () -> read(sql, "SELECT object, value FROM register WHERE epoch = " + epoch), reply -> {
                    Map<String, Output<Long>> values = new HashMap<>();
                    inputs.forEach(input -> values.put(input.key(), new Value<>(null)));
                    reply.rows()
                            .forEach(
                                    row -> values.put(epoch + "/" + row.get(0), new Value<>(Long.valueOf(row.get(1)))));
                    return values;
                });
    }

    private Output<Long> see(String key, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return new Value<>(null);
        }
        long value = Long.parseLong(rows.get(0).get(0));
        seen.put(key, value);
        return new Value<>(value);
    }

    private Output<Long> done(String key, long value, Sql.Reply reply) {
        boolean done = reply.changed() == 1;
        if (done) {
            seen.put(key, value);
        }
        return new Done<>(done);
    }
}
