package io.lightraft.nemesis;

import io.lightraft.linearizability.ListAppendModel;
import io.lightraft.linearizability.ListAppendModel.Append;
import io.lightraft.linearizability.ListAppendModel.Input;
import io.lightraft.linearizability.ListAppendModel.Read;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Lists that grow, in the order in which rows were inserted; a row that is lost, or there twice, shows in each read. */
final class ListWorkload extends Workload<List<Long>, Input<Long>, List<Long>> {

    private static final int LISTS = 3;

    private final AtomicLong elements = new AtomicLong();

    ListWorkload() {
        super("lists", new ListAppendModel<>());
    }

    @Override
    List<String> schema(int epochs) {
        return List.of(
                "CREATE TABLE list(id INTEGER PRIMARY KEY, epoch INTEGER, object INTEGER, element INTEGER)",
                "CREATE INDEX list_object ON list(epoch, object)");
    }

    @Override
    boolean step(int client, Sql sql, int epoch, Random random) {
        int object = random.nextInt(LISTS);
        String key = key(epoch, object);
        if (random.nextInt(10) < 4) {
            String query =
                    "SELECT element FROM list WHERE epoch = " + epoch + " AND object = " + object + " ORDER BY id";
            return record(
                    client,
                    key,
                    new Read<>(),
                    () -> read(sql, query),
                    reply -> reply.rows().stream()
                            .map(row -> Long.valueOf(row.get(0)))
                            .toList());
        } else {
            long element = elements.incrementAndGet();
            String statement =
                    "INSERT INTO list(epoch, object, element) VALUES(" + epoch + ", " + object + ", " + element + ")";
            return record(client, key, new Append<>(element), () -> sound(sql.write(statement)), reply -> List.of());
        }
    }

    @Override
    boolean readAll(int client, Sql sql, int epoch) {
        List<Keyed<Input<Long>>> inputs = IntStream.range(0, LISTS)
                .mapToObj(object -> new Keyed<Input<Long>>(key(epoch, object), new Read<>()))
                .toList();
        String query = "SELECT object, element FROM list WHERE epoch = " + epoch + " ORDER BY id";
        return recordAll(client, inputs, () -> read(sql, query), reply -> {
            Map<String, List<Long>> lists = new HashMap<>();
            inputs.forEach(input -> lists.put(input.key(), new ArrayList<>()));
            reply.rows().forEach(row -> lists.get(epoch + "/" + row.get(0)).add(Long.valueOf(row.get(1))));
            return lists;
        });
    }
}
