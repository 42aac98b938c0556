package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementRulesTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
                    READ        | SELECT * FROM t
                    READ        | VALUES(1)
                    READ        | /* c */ select 1;
                    READ        | nonsense
                    READ        | SELECT name FROM sqlite_master WHERE name NOT LIKE '_lightraft%'
                    EITHER      | WITH x AS (SELECT 1) SELECT * FROM x
                    EITHER      | WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x
                    WRITE       | INSERT INTO t VALUES(1)
                    WRITE       | REPLACE INTO t VALUES(1)
                    WRITE       | UPDATE t SET a=1
                    WRITE       | DELETE FROM t WHERE 0
                    WRITE       | CREATE TABLE t(a)
                    WRITE       | CREATE TABLE temperature(a)
                    WRITE       | CREATE TRIGGER x AFTER INSERT ON temp BEGIN UPDATE t SET a = 1; END
                    WRITE       | DROP TABLE t
                    WRITE       | ALTER TABLE t ADD b
                    WRITE       | REINDEX
                    WRITE_ALONE | ANALYZE
                    READ_LOCAL  | EXPLAIN INSERT INTO t VALUES(1)
                    READ_LOCAL  | EXPLAIN QUERY PLAN DELETE FROM t
                    READ        | PRAGMA table_info(t)
                    READ        | PRAGMA main.table_info = t
                    READ        | PRAGMA user_version
                    WRITE       | PRAGMA user_version = 7
                    WRITE       | PRAGMA main.application_id(7)
                    READ        | PRAGMA foreign_keys
                    NOTHING     | PRAGMA foreign_keys = ON
                    NOTHING     | PRAGMA foreign_keys(1)
                    REFUSED     | PRAGMA foreign_keys = OFF
                    WRITE       | PRAGMA defer_foreign_keys = ON
                    READ_LOCAL  | PRAGMA journal_mode
                    REFUSED     | PRAGMA journal_mode = DELETE
                    REFUSED     | PRAGMA synchronous = OFF
                    REFUSED     | PRAGMA writable_schema = ON
                    REFUSED     | PRAGMA wal_checkpoint
                    REFUSED     | PRAGMA optimize
                    REFUSED     | PRAGMA temp.table_info(x)
                    REFUSED     | PRAGMA query_only = 0
                    REFUSED     | EXPLAIN PRAGMA user_version = 7
                    REFUSED     | EXPLAIN PRAGMA foreign_keys = ON
                    REFUSED     | EXPLAIN QUERY PLAN VACUUM
                    REFUSED     | BEGIN IMMEDIATE
                    REFUSED     | COMMIT
                    REFUSED     | END
                    REFUSED     | ROLLBACK TO x
                    REFUSED     | SAVEPOINT x
                    REFUSED     | RELEASE x
                    REFUSED     | ATTACH 'x' AS y
                    REFUSED     | DETACH y
                    REFUSED     | VACUUM INTO 'x'
                    REFUSED     | CREATE TEMP TABLE x(a)
                    REFUSED     | create temporary view x as select 1
                    REFUSED     | CREATE TABLE temp.x(a)
                    REFUSED     | CREATE VIEW "temp" . x AS SELECT 1
                    REFUSED     | SELECT load_extension('x')
                    REFUSED     | SELECT * FROM _lightraft_state
                    REFUSED     | DELETE FROM "_LightRaft_State"
                    REFUSED     | DELETE FROM [_lightraft_state]
                    REFUSED     | DELETE FROM `_lightraft_state`
                    REFUSED     | DELETE FROM '_lightraft_state'
                    REFUSED     | ALTER TABLE t RENAME TO _lightraft_x
                    REFUSED     | INSERT INTO t SELECT file FROM pragma_database_list
                    READ        | SELECT file FROM pragma_database_list
                    REFUSED     | INSERT INTO t SELECT sqlite_version()
                    REFUSED     | UPDATE t SET a = total_changes()
                    WRITE       | UPDATE t SET total_changes = 1
                    REFUSED     | DELETE FROM sqlite_stat1
                    REFUSED     | CREATE VIEW v AS SELECT rootpage FROM sqlite_schema
                    REFUSED     | SELECT 1; SELECT 2
                    WRITE       | CREATE TABLE t(a DEFAULT (datetime('now')), b AS (date(a)) STORED)
                    WRITE       | CREATE TABLE t AS SELECT date('now')
                    WRITE       | CREATE INDEX i ON t(date(a), strftime('%Y', a), datetime(a, 'subsec'))
                    WRITE       | CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = date('now'); END
                    REFUSED     | CREATE TABLE t(a, b AS (date('now')) STORED)
                    REFUSED     | CREATE TABLE t(a CHECK (a < datetime()))
                    REFUSED     | CREATE UNIQUE INDEX i ON t(strftime('%Y'))
                    REFUSED     | CREATE INDEX i ON t(a) WHERE a > date('NOW', '-1 day')
                    REFUSED     | ALTER TABLE t ADD COLUMN c AS (julianday('now') - a)
                    """)
    void tellsWhatAStatementDoes(Ruling.Kind kind, String sql) {
        Ruling ruling = StatementRules.rule(sql, true);
        assertThat(ruling.kind()).as(sql).isEqualTo(kind);
        assertThat(ruling.reason().isEmpty()).as("a reason when refused").isNotEqualTo(ruling.isRefused());
    }

    @Test
    void refusesNulInTheTextBecauseSqliteWouldDropWhatFollows() {
        assertThat(StatementRules.rule("SELECT 1 \0 garbage", true).isRefused()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "true,  NOTHING, foreign_keys = ON",
        "true,  NOTHING, main.Foreign_Keys(\"Yes\")",
        "true,  NOTHING, foreign_keys = 'true'",
        "true,  REFUSED, foreign_keys = no",
        "true,  REFUSED, foreign_keys(0)",
        "true,  REFUSED, foreign_keys = ''",
        "true,  REFUSED, foreign_keys = -1",
        "false, NOTHING, foreign_keys = OFF",
        "false, NOTHING, foreign_keys = 'no'",
        "false, NOTHING, [foreign_keys](\"false\")",
        "false, NOTHING, foreign_keys = 0",
        "false, REFUSED, foreign_keys = on",
        "false, REFUSED, foreign_keys = 1",
        "false, REFUSED, foreign_keys = maybe",
        "false, REFUSED, foreign_keys =",
        "false, READ,    foreign_keys"
    })
    void acceptsForeignKeysAsTheyAre(boolean enforced, Ruling.Kind kind, String pragma) {
        assertThat(StatementRules.rule("PRAGMA " + pragma, enforced).kind()).isEqualTo(kind);
    }

    @Test
    void keepsAnswersOfOneNodeOutOfWrites() {
        Ruling local = StatementRules.rule("PRAGMA database_list", true);
        assertThat(StatementRules.checkedWithinWrite("PRAGMA database_list", local)
                        .isRefused())
                .isTrue();
        Ruling schema = StatementRules.rule("PRAGMA table_info(t)", true);
        assertThat(StatementRules.checkedWithinWrite("PRAGMA table_info(t)", schema)
                        .isRefused())
                .isFalse();
    }
}
