package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.node.CommittedEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** What two databases must have in common to be called equal. */
class ContentHashTests {

    private static final String[] SCHEMA = {
        "CREATE TABLE t(id INTEGER PRIMARY KEY, v, w TEXT COLLATE NOCASE, g AS (v || 1) VIRTUAL)",
        "CREATE INDEX tv ON t(v)",
        "CREATE TABLE bare(rowid, oid)",
        "CREATE TABLE \"it's\"\"odd\"(a PRIMARY KEY, b) WITHOUT ROWID",
        "CREATE TABLE n(id INTEGER PRIMARY KEY AUTOINCREMENT, c INTEGER CHECK (c > 0)) STRICT",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE VIRTUAL TABLE r USING rtree(id, a, b)",
        "CREATE VIEW view AS SELECT * FROM t",
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO bare VALUES(new.id, random()); END",
    };

    @TempDir
    Path directory;

    private Path file(String name) {
        return directory.resolve(name + ".sqlite");
    }

    private SqliteStateMachine open(String name) {
        return SqliteStateMachine.open(file(name), ClusterLimits.DEFAULT);
    }

    private String hash(String name) throws Exception {
        try (SQLiteConnection connection = SqliteConnections.openReader(file(name), ClusterLimits.DEFAULT)) {
            return ContentHash.of(connection);
        }
    }

    private static List<CommittedEntry> entries() {
        Random random = new Random(1);
        Log log = new Log(0);
        List<CommittedEntry> entries = new ArrayList<>();
        entries.add(log.entry(SCHEMA));
        for (int i = 0; i < 300; i++) {
            int k = random.nextInt(100);
            entries.add(
                    switch (random.nextInt(7)) {
                        case 0 -> log.entry("INSERT OR IGNORE INTO \"it's\"\"odd\" VALUES(" + k + ", random())");
                        case 1 -> log.entry("INSERT INTO f VALUES('word" + k + " common words here')");
                        case 2 ->
                            log.entry(
                                    "DELETE FROM f WHERE rowid = " + k,
                                    "INSERT OR REPLACE INTO r VALUES(" + k + ",1,2)");
                        case 3 -> log.entry("INSERT INTO n(c) VALUES(" + (k - 20) + ")");
                        case 4 -> log.entry("DELETE FROM t WHERE id = " + k);
                        case 5 ->
                            log.atomic("UPDATE t SET v = random() WHERE id = " + k, "INSERT INTO nosuch VALUES(1)");
                        default -> log.entry("INSERT INTO t(v, w) VALUES(" + k + ", datetime('now'))");
                    });
        }
        entries.add(log.entry("ANALYZE"));
        return entries;
    }

    @Test
    void doesNotDependOnWhereBatchesEnded() throws Exception {
        try (SqliteStateMachine one = open("one");
                SqliteStateMachine other = open("other")) {
            Random random = new Random(2);
            List<CommittedEntry> entries = entries();
            entries.forEach(entry -> one.apply(List.of(entry)));
            for (int from = 0; from < entries.size(); ) {
                int to = Math.min(entries.size(), from + 1 + random.nextInt(40));
                other.apply(entries.subList(from, to));
                from = to;
            }
        }
        assertThat(hash("one")).isEqualTo(hash("other")).hasSize(64);
    }

    @Test
    void everyChangeShows() throws Exception {
        List<String> hashes = new ArrayList<>();
        try (SqliteStateMachine machine = open("db")) {
            machine.apply(entries());
            hashes.add(hash("db"));
            for (String change : List.of(
                    "INSERT INTO bare VALUES(1, 1)",
                    "UPDATE bare SET oid = '1' WHERE rowid = 1 AND oid = 1",
                    "UPDATE n SET c = c + 1 WHERE id = (SELECT min(id) FROM n)",
                    "UPDATE \"it's\"\"odd\" SET b = NULL WHERE a = (SELECT min(a) FROM \"it's\"\"odd\")",
                    "INSERT INTO f VALUES('new')",
                    "DROP INDEX tv",
                    "ALTER TABLE t RENAME COLUMN w TO z",
                    "CREATE TABLE emptytable(a)")) {
                Log.run(machine, change);
                hashes.add(hash("db"));
            }
        }
        assertThat(hashes).doesNotHaveDuplicates();
    }

    @Test
    void aByteChangedInTheFileShowsInATableAndInAnIndex() throws Exception {
        try (SqliteStateMachine machine = open("db")) {
            Log.run(
                    machine,
                    "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)",
                    "CREATE INDEX i ON t(v)",
                    "INSERT INTO t(v) VALUES('needle-in-the-hay')");
        }
        String sound = hash("db");
        byte[] bytes = Files.readAllBytes(file("db"));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Integer> places = new ArrayList<>();
        for (int at = text.indexOf("needle"); at >= 0; at = text.indexOf("needle", at + 1)) {
            places.add(at);
        }
        assertThat(places).as("once in the table, once in the index").hasSize(2);
        for (int place : places) {
            byte[] changed = bytes.clone();
            changed[place] ^= 1;
            Files.write(file("db"), changed);
            assertThat(hash("db")).isNotEqualTo(sound);
        }
    }

    @Test
    void writesGoOnWhileTheContentAsOfAnEntryIsHashed() throws Exception {
        Map<Long, String> told = new ConcurrentHashMap<>();
        try (SqliteStateMachine machine = open("db")) {
            machine.hashes().onContent(told::put);
            Log log = new Log(0);
            CommittedEntry create = log.entry("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            CommittedEntry fill =
                    log.entry("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
                            + " INSERT INTO t SELECT i, random() FROM n");
            machine.apply(List.of(create, fill));
            String before = hash("db");
            CommittedEntry ask = log.entry(Command.HASH_CONTENT);
            List<List<StatementResult>> results =
                    Log.apply(machine, ask, log.entry("DELETE FROM t"), log.entry("INSERT INTO t VALUES(1, 1)"));
            assertThat(ContentHasher.index(results.get(0))).isEqualTo(3);
            await().untilAsserted(() -> assertThat(told).containsOnly(Map.entry(3L, before)));
            Log.apply(machine, log.entry(Command.HASH_CONTENT));
            await().untilAsserted(() -> assertThat(told.get(6L)).isEqualTo(hash("db")));
        }
    }
}
