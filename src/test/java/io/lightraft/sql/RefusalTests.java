package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can't be equal on every node is refused, with a text that says why, and what to do instead. */
class RefusalTests {

    @TempDir
    Path directory;

    private SingleNode node;
    private final Session session = new Session();

    @BeforeEach
    void open() throws IOException {
        node = new SingleNode(directory, 2);
        run("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)");
        run("CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT, v)");
        run("CREATE VIRTUAL TABLE f USING fts5(c)");
        run("CREATE VIRTUAL TABLE g USING fts4(c)");
        run("CREATE VIRTUAL TABLE r USING rtree(id, low, high)");
        run("INSERT INTO t VALUES(1, 'x')");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private String run(String sql) throws IOException {
        RecordingSink sink = new RecordingSink();
        node.database.run(session, Statement.of(sql), ReadOptions.DEFAULT, sink);
        return String.join(" / ", sink.lines);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
        ATTACH 'x.db' AS y                               | ATTACH is not available: another file would exist on one node only; load its rows with INSERT statements
        DETACH y                                         | DETACH is not available: another file would exist on one node only; load its rows with INSERT statements
        VACUUM                                           | VACUUM is not available as SQL: it can renumber rows differently from node to node; freed pages are used again by themselves, and POST /admin/vacuum on a node makes its file small
        VACUUM INTO 'x'                                  | VACUUM is not available as SQL: it can renumber rows differently from node to node; freed pages are used again by themselves, and POST /admin/vacuum on a node makes its file small
        SELECT load_extension('x')                       | load_extension is not available: code of one node would answer differently from the others'; compute the value in the client
        INSERT INTO t(b) SELECT "load_extension"('x')    | load_extension is not available: code of one node would answer differently from the others'; compute the value in the client
        CREATE TEMP TABLE x(a)                           | temporary tables, views and triggers are not available: they would belong to a connection that all users share; use an ordinary one and drop it
        CREATE TABLE temp.x(a)                           | temporary tables, views and triggers are not available: they would belong to a connection that all users share; use an ordinary one and drop it
        CREATE TEMPORARY TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END | temporary tables, views and triggers are not available: they would belong to a connection that all users share; use an ordinary one and drop it
        PRAGMA writable_schema = ON                      | PRAGMA writable_schema is not available: only pragmas that read, and those that set user_version, application_id or defer_foreign_keys, can be run in a cluster
        PRAGMA optimize                                  | PRAGMA optimize is not available: only pragmas that read, and those that set user_version, application_id or defer_foreign_keys, can be run in a cluster
        PRAGMA wal_checkpoint(TRUNCATE)                  | PRAGMA wal_checkpoint is not available: only pragmas that read, and those that set user_version, application_id or defer_foreign_keys, can be run in a cluster
        PRAGMA journal_mode = DELETE                     | PRAGMA journal_mode can't be set: it would change one connection or one node's file, not the cluster; it can be read
        PRAGMA main.synchronous(OFF)                     | PRAGMA synchronous can't be set: it would change one connection or one node's file, not the cluster; it can be read
        PRAGMA recursive_triggers = 1                    | PRAGMA recursive_triggers can't be set: it would change one connection or one node's file, not the cluster; it can be read
        EXPLAIN PRAGMA user_version = 7                  | EXPLAIN PRAGMA would set what the pragma sets; it was not run
        PRAGMA foreign_keys = OFF                        | foreign keys are enforced on every node and can't be switched off: this was settled when the cluster was first started; PRAGMA defer_foreign_keys=ON postpones their check to the end of a request
        INSERT INTO t(b) SELECT file FROM pragma_database_list | "pragma_database_list" can't be part of a write: its answer differs from node to node; read it first and send the value
        INSERT INTO t(a) SELECT pgsize FROM dbstat       | "dbstat" can't be part of a write: its answer differs from node to node; read it first and send the value
        WITH x AS (SELECT * FROM pragma_compile_options) INSERT INTO t(b) SELECT * FROM x | "pragma_compile_options" can't be part of a write: its answer differs from node to node; read it first and send the value
        UPDATE t SET b = sqlite_version()                | "sqlite_version" can't be part of a write: its answer differs from node to node; read it first and send the value
        UPDATE t SET a = total_changes()                 | "total_changes" can't be part of a write: its answer differs from node to node; read it first and send the value
        INSERT INTO t(b) SELECT file FROM 'pragma_database_list' | "pragma_database_list" can't be part of a write: its answer differs from node to node; read it first and send the value
        INSERT INTO t(b) SELECT 1 FROM t JOIN s ON s.v IN (1, 'x'), ('dbstat') | "dbstat" can't be part of a write: its answer differs from node to node; read it first and send the value
        UPDATE t SET b = 1 IN 'pragma_page_count'        | "pragma_page_count" can't be part of a write: its answer differs from node to node; read it first and send the value
        CREATE VIEW x AS SELECT * FROM main.'pragma_database_list' | "pragma_database_list" can't be part of a write: its answer differs from node to node; read it first and send the value
        CREATE VIRTUAL TABLE x USING 'dbstat'            | "dbstat" can't be part of a write: its answer differs from node to node; read it first and send the value
        UPDATE t SET b = sqlite_compileoption_used('x')  | "sqlite_compileoption_used" can't be part of a write: its answer differs from node to node; read it first and send the value
        UPDATE t SET b = fts5_source_id()                | "fts5_source_id" can't be part of a write: its answer differs from node to node; read it first and send the value
        INSERT INTO t(a) SELECT count(*) FROM sqlite_temp_schema | "sqlite_temp_schema" can't be part of a write: its answer differs from node to node; read it first and send the value
        INSERT INTO t(a) SELECT rootpage FROM sqlite_schema | "rootpage" can't be part of a write: it differs from node to node; name the columns you need, without it
        CREATE TABLE x AS SELECT * FROM 'sqlite_master'  | "rootpage" can't be part of a write: it differs from node to node; name the columns you need, without it
        DELETE FROM sqlite_stat1                         | "sqlite_stat1" can't be part of a write: it is kept by ANALYZE alone
        DELETE FROM 'sqlite_stat1'                       | "sqlite_stat1" can't be part of a write: it is kept by ANALYZE alone
        CREATE INDEX i ON t(datetime(b, 'localtime'))    | 'localtime' and 'utc' can't be used in an index, a CHECK or a generated column: SQLite takes the zone of whoever opens the file; leave them out, the cluster's zone is UTC
        CREATE TABLE x(a, b AS (strftime('%H', a, 'UTC'))) | 'localtime' and 'utc' can't be used in an index, a CHECK or a generated column: SQLite takes the zone of whoever opens the file; leave them out, the cluster's zone is UTC
        CREATE INDEX i ON t(date('now'))                 | the current time can't be used in an index, a CHECK or a generated column: the row would mean something else tomorrow; store the time in a column, by a DEFAULT
        CREATE TABLE x(a, b AS (datetime()) STORED)      | the current time can't be used in an index, a CHECK or a generated column: the row would mean something else tomorrow; store the time in a column, by a DEFAULT
        ALTER TABLE t ADD COLUMN c AS (strftime('%s', 'NOW')) | the current time can't be used in an index, a CHECK or a generated column: the row would mean something else tomorrow; store the time in a column, by a DEFAULT
        INSERT INTO t VALUES(9223372036854775807, 'm')   | the rowid 9223372036854775807 can't be used in table "t": behind it SQLite picks rowids by chance, on each node another one; use a smaller one, or declare the key AUTOINCREMENT
        UPDATE t SET a = 9223372036854775807             | the rowid 9223372036854775807 can't be used in table "t": behind it SQLite picks rowids by chance, on each node another one; use a smaller one, or declare the key AUTOINCREMENT
        INSERT INTO f(rowid, c) VALUES(9223372036854775807, 'm') | the rowid 9223372036854775807 can't be used in table "f_content": behind it SQLite picks rowids by chance, on each node another one; use a smaller one, or declare the key AUTOINCREMENT
        SELECT * FROM _lightraft_state                   | "_lightraft_state" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        UPDATE "_LightRaft_State" SET applied_index = 0  | "_LightRaft_State" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        DELETE FROM [_lightraft_state]                   | "_lightraft_state" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        DROP TABLE '_lightraft_state'                    | "_lightraft_state" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        CREATE TABLE _lightraft_mine(a)                  | "_lightraft_mine" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        CREATE VIRTUAL TABLE x USING fts5(a, content='_lightraft_state') | "_lightraft_state" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        /* c */ aTtAcH /* d */ 'x' AS y | ATTACH is not available: another file would exist on one node only; load its rows with INSERT statements
        EXPLAIN VACUUM | VACUUM is not available as SQL: it can renumber rows differently from node to node; freed pages are used again by themselves, and POST /admin/vacuum on a node makes its file small
        CREATE VIEW "temp".x AS SELECT 1 | temporary tables, views and triggers are not available: they would belong to a connection that all users share; use an ordinary one and drop it
        CREATE TABLE x(a CHECK (a < date('now'))) | the current time can't be used in an index, a CHECK or a generated column: the row would mean something else tomorrow; store the time in a column, by a DEFAULT
        CREATE INDEX i ON t(a) WHERE b > CURRENT_DATE | non-deterministic functions prohibited in partial index WHERE clauses
        CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = total_changes(); END | "total_changes" can't be part of a write: its answer differs from node to node; read it first and send the value
        CREATE VIEW x AS SELECT * FROM _lightraft_members | "_lightraft_members" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM _lightraft_state; END | "_lightraft_state" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        WITH x AS (SELECT * FROM main /* c */ . `_lightraft_keys`) SELECT * FROM x | "_lightraft_keys" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        ALTER TABLE t RENAME TO _lightraft_t | "_lightraft_t" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        PRAGMA table_info(_lightraft_state) | "_lightraft_state" is closed: names that begin with _lightraft belong to Lightraft's own tables; take another name
        DELETE FROM f_data                               | "f_data" can't be part of a write: a virtual table keeps its own data in it; write to the virtual table itself
        UPDATE main."F_CONTENT" SET c0 = 1               | "F_CONTENT" can't be part of a write: a virtual table keeps its own data in it; write to the virtual table itself
        INSERT OR IGNORE INTO 'g_segdir' DEFAULT VALUES  | "g_segdir" can't be part of a write: a virtual table keeps its own data in it; write to the virtual table itself
        DROP TABLE r_node                                | "r_node" can't be part of a write: a virtual table keeps its own data in it; write to the virtual table itself
        CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM f_idx; END | "f_idx" can't be part of a write: a virtual table keeps its own data in it; write to the virtual table itself
        WITH x AS (SELECT 1) DELETE FROM f_config        | "f_config" can't be part of a write: a virtual table keeps its own data in it; write to the virtual table itself
        INSERT INTO sqlite_schema VALUES(1,2,3,4,5)      | table sqlite_master may not be modified
        backup to 'x'                                    | near "backup": syntax error
        restore from 'x'                                 | near "restore": syntax error
        """)
    void saysWhyAndWhatToDoInstead(String sql, String text) throws IOException {
        assertThat(run(sql)).isEqualTo("failed 1 " + text);
        assertThat(run("SELECT a, b FROM t")).isEqualTo("columns [a, b] / row [1, x] / end");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
        INSERT INTO s VALUES(9223372036854775807, 'm')         | changed 1 9223372036854775807
        INSERT INTO t VALUES(9223372036854775806, 'm')         | changed 1 9223372036854775806
        INSERT INTO t(b) VALUES('f_data')                      | changed 1 2
        INSERT INTO t(b) VALUES('dbstat')                      | changed 1 2
        INSERT INTO t(b) SELECT 'pragma_page_count' FROM t WHERE b IS DISTINCT FROM 'dbstat' AND b NOT IN ('dbstat', 'y') | changed 1 2
        INSERT INTO t(b) SELECT count(*) FROM sqlite_schema    | changed 1 2
        INSERT INTO t(b) SELECT count(*) > 0 FROM f            | changed 1 2
        SELECT count(*) > 0 AS n FROM f_data                   | columns [n] / row [1] / end
        CREATE TABLE x(a, b AS (strftime('%H', a, '+1 day')), c DEFAULT (datetime('now', 'localtime'))) | changed 0 1
        PRAGMA foreign_keys = ON                               | columns [] / end
        PRAGMA integrity_check                                 | columns [integrity_check] / row [ok] / end
        PRAGMA foreign_key_list(t)                             | columns [id, seq, table, from, to, on_update, on_delete, match] / end
        SELECT name FROM sqlite_schema WHERE name NOT GLOB '[fgr]*' AND type = 'table' | columns [name] / row [t] / row [s] / row [sqlite_sequence] / end
        SELECT sql FROM sqlite_master WHERE sql LIKE '%lightraft%'  | columns [sql] / end
        SELECT group_concat(name, ' ') AS n FROM (SELECT name FROM sqlite_schema WHERE name LIKE '%lightraft_state' OR name = 't' ORDER BY 1) | columns [n] / row [_lightraft_state t] / end
        SELECT name FROM pragma_table_list WHERE name LIKE '%lightraft%' | columns [name] / end
        """)
    void leavesAloneWhatIsEqual(String sql, String answer) throws IOException {
        assertThat(run(sql)).isEqualTo(answer);
    }

    @Test
    void refusesTheRowBehindTheLargestOneToo() throws IOException {
        run("INSERT INTO t VALUES(9223372036854775806, 'm')");
        assertThat(run("INSERT INTO t(b) VALUES('n')")).startsWith("failed 1 the rowid 9223372036854775807");
        run("CREATE TRIGGER tr AFTER INSERT ON s BEGIN INSERT INTO t(b) VALUES(new.v), ('p'); END");
        assertThat(run("INSERT INTO s(v) VALUES('o')")).startsWith("failed 1 the rowid 9223372036854775807");
        assertThat(run("SELECT count(*) AS n FROM s")).isEqualTo("columns [n] / row [0] / end");
    }

    @Test
    void refusesTheSameThingsWithinARequestOfSeveral() throws IOException {
        RecordingSink sink = new RecordingSink();
        List<Statement> statements =
                List.of(Statement.of("INSERT INTO t(b) VALUES('q')"), Statement.of("DELETE FROM f_data"));
        node.database.execute(session, statements, new WriteOptions(true, Duration.ofSeconds(5)), sink);
        assertThat(sink.lines)
                .containsExactly(
                        "changed 1 2",
                        "failed 1 \"f_data\" can't be part of a write: a virtual table keeps its own data in it;"
                                + " write to the virtual table itself");
        assertThat(run("SELECT b FROM t")).isEqualTo("columns [b] / row [x] / end");
    }
}
