package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of statement that SQLite's grammar has, typed by a person. */
class EveryStatementTests {

    @TempDir
    Path directory;

    private SingleNode node;
    private final Session session = new Session();

    @BeforeEach
    void open() throws IOException {
        node = new SingleNode(directory, 2);
        run("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)");
        run("CREATE INDEX i ON t(b)");
        run("CREATE VIEW v AS SELECT a FROM t");
        run("CREATE VIRTUAL TABLE f USING fts5(c)");
        run("CREATE VIRTUAL TABLE r USING rtree(id, low, high)");
        run("CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO t(a) VALUES(new.a); SELECT 1; END");
        run("INSERT INTO t VALUES(1, 'x'), (2, 'y')");
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
        SELECT a, b FROM t WHERE a = 1                          | columns [a, b] / row [1, x] / end
        (SELECT 1)                                              | failed 1 near "(": syntax error
        VALUES(1, 'a'), (2, NULL)                               | columns [column1, column2] / row [1, a] / row [2, null] / end
        SELECT 1 UNION SELECT 2 EXCEPT SELECT 1                 | columns [1] / row [2] / end
        SELECT sum(a) OVER (ORDER BY a) AS s FROM t             | columns [s] / row [1] / row [3] / end
        SELECT '{"k":[5]}' ->> '$.k[0]' AS j                    | columns [j] / row [5] / end
        SELECT value FROM json_each('[7]')                      | columns [value] / row [7] / end
        WITH x(n) AS (VALUES(3)) SELECT n FROM x                | columns [n] / row [3] / end
        WITH x(n) AS (VALUES(3)) INSERT INTO t(a) SELECT n FROM x | changed 1 3
        WITH x(n) AS (VALUES(2)) UPDATE t SET b = n FROM x WHERE a = n | changed 1 2
        WITH x(n) AS (VALUES(2)) DELETE FROM t WHERE a IN x     | changed 1 2
        WITH x(n) AS (VALUES(9)) REPLACE INTO t(a) SELECT n FROM x RETURNING a | columns [a] / row [9] / end
        WITH x AS (SELECT 1) SELECT * FROM nosuch               | failed 1 no such table: nosuch
        INSERT INTO t DEFAULT VALUES                            | changed 1 3
        INSERT INTO t VALUES(1, 'z') ON CONFLICT(a) DO UPDATE SET b = excluded.b RETURNING b | columns [b] / row [z] / end
        INSERT OR IGNORE INTO t VALUES(1, 'z')                  | changed 0 2
        INSERT OR ROLLBACK INTO t VALUES(1, 'z')                | failed 1555 UNIQUE constraint failed: t.a
        REPLACE INTO t VALUES(1, 'z')                           | changed 1 1
        UPDATE t SET b = 'q' RETURNING a                        | columns [a] / row [1] / row [2] / end
        DELETE FROM t WHERE a > 1 RETURNING b                   | columns [b] / row [y] / end
        DELETE FROM t ORDER BY a LIMIT 1                        | changed 1 2
        INSERT INTO v VALUES(8)                                 | changed 0 2
        UPDATE v SET a = 1                                      | failed 1 cannot modify v because it is a view
        CREATE TABLE w(a CHECK (a > 0), b AS (a + 1), c DEFAULT CURRENT_TIMESTAMP) STRICT | failed 1 missing datatype for w.a
        CREATE TABLE IF NOT EXISTS t(x)                         | changed 0 2
        CREATE TABLE t(x)                                       | failed 1 table t already exists
        CREATE TABLE w AS SELECT * FROM t                       | changed 0 2
        CREATE UNIQUE INDEX j ON t(lower(b)) WHERE a > 0        | changed 0 2
        CREATE TRIGGER h AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END | changed 0 2
        INSERT INTO f VALUES('some text')                       | changed 1 1
        INSERT INTO f(f) VALUES('optimize')                     | changed 1 0
        SELECT c FROM f WHERE f MATCH 'text'                    | columns [c] / end
        SELECT c FROM f WHERE f MATCH '"'                       | failed 1 unterminated string
        INSERT INTO r VALUES(1, 0, 5)                           | changed 1 1
        INSERT INTO r VALUES(1, 9, 5)                           | failed 19 rtree constraint failed: r.(low<=high)
        CREATE VIRTUAL TABLE x USING nosuch(a)                  | failed 1 no such module: nosuch
        ALTER TABLE t ADD COLUMN c DEFAULT 5                    | changed 0 2
        ALTER TABLE t RENAME COLUMN b TO c                      | changed 0 2
        ALTER TABLE t RENAME TO u                               | changed 0 2
        ALTER TABLE f RENAME TO f2                              | changed 0 2
        DROP VIEW v                                             | changed 0 2
        DROP INDEX i                                            | changed 0 2
        DROP TABLE f                                            | changed 0 2
        DROP TABLE IF EXISTS nosuch                             | changed 0 2
        REINDEX i                                               | changed 0 2
        ANALYZE                                                 | changed 0 2
        EXPLAIN QUERY PLAN SELECT 1                             | columns [id, parent, notused, detail] / row [1, 0, 0, SCAN CONSTANT ROW] / end
        EXPLAIN QUERY PLAN DELETE FROM t                        | columns [id, parent, notused, detail] / end
        SELECT name FROM pragma_table_info('t')                 | columns [name] / row [a] / row [b] / end
        PRAGMA index_info(i)                                    | columns [seqno, cid, name] / row [0, 1, b] / end
        PRAGMA user_version = 3                                 | changed 0 2
        PRAGMA user_version                                     | columns [user_version] / row [0] / end
        PRAGMA temp_store                                       | columns [temp_store] / row [1] / end
        SELECT last_insert_rowid(), changes()                   | columns [last_insert_rowid(), changes()] / row [2, 2] / end
        INSERT INTO t VALUES(last_insert_rowid() + 5, 'child')  | changed 1 7
        /* before */ SELECT 1 AS x -- behind                    | columns [x] / row [1] / end
        SELECT 1 AS x /* open                                   | columns [x] / row [1] / end
        SELECT 1; SELECT 2                                      | failed 1 there are 2 statements where one was expected; send them one by one
        SELECT 1; garbage                                       | failed 1 there are 2 statements where one was expected; send them one by one
        INSERT INTO t VALUES(5, 'a'); DROP TABLE t              | failed 1 there are 2 statements where one was expected; send them one by one
        SELECT 1;; -- nothing                                   | columns [1] / row [1] / end
        ;;                                                      | failed 1 there is no statement
        -- only this                                            | failed 1 there is no statement
        SELECT raise(ABORT, 'x')                                | failed 1 RAISE() may only be used within a trigger-program
        SELECT abs(-9223372036854775808)                        | failed 1 integer overflow
        INSERT INTO t(a) VALUES('x')                            | failed 20 datatype mismatch
        """)
    void answersAsSqliteDoes(String sql, String answer) throws IOException {
        assertThat(run(sql)).isEqualTo(answer);
    }
}
