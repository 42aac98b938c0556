package io.lightraft.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Makes statements of all kinds over a schema that changes meanwhile, from a seed. Many of them fail, on purpose. None
 * has an answer that depends on time or chance.
 */
final class StatementMaker {

    static final List<String> SCHEMA = List.of(
            "CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c TEXT COLLATE NOCASE, d REAL DEFAULT 1.5)",
            "CREATE TABLE p(a PRIMARY KEY, n INT NOT NULL DEFAULT 0 CHECK (n < 90))",
            "CREATE TABLE c(a REFERENCES p(a) ON DELETE CASCADE ON UPDATE SET NULL, b REFERENCES t(a))",
            "CREATE TABLE w(x TEXT, y INT, z, PRIMARY KEY(x, y)) WITHOUT ROWID",
            "CREATE TABLE s(i INTEGER PRIMARY KEY, r REAL, t TEXT, b BLOB, n INT UNIQUE ON CONFLICT REPLACE) STRICT",
            "CREATE TABLE g(a INT, b INT AS (a * 2) STORED, c TEXT AS (printf('%05d', a)) VIRTUAL,"
                    + " d AS (date(a * 86400, 'unixepoch')) STORED)",
            "CREATE TABLE ai(id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, v)",
            "CREATE TABLE made(v, at TEXT DEFAULT CURRENT_TIMESTAMP CHECK (at > '2020'), r DEFAULT (typeof(random())))",
            "CREATE INDEX gi ON g(b DESC, c) WHERE a > 3",
            "CREATE INDEX ti ON t(lower(c), d)",
            "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize = 'porter')",
            "CREATE VIRTUAL TABLE e USING fts5(c, content = 't', content_rowid = 'a')",
            "CREATE VIRTUAL TABLE rt USING rtree(id, x0, x1)",
            "CREATE VIEW v AS SELECT t.a, t.c, p.n FROM t LEFT JOIN p ON p.a = t.b",
            "CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO t(c) VALUES(new.c);"
                    + " INSERT INTO ai(what, v) VALUES('view', CASE WHEN new.a IS NULL THEN 0 ELSE new.a END); END",
            "CREATE TRIGGER tu AFTER UPDATE OF d ON t BEGIN INSERT INTO ai(what, v) VALUES('d', old.d || '>' || new.d);"
                    + " END",
            "CREATE TRIGGER ti1 AFTER INSERT ON t WHEN new.a % 5 = 0 BEGIN UPDATE p SET n = n + 1 WHERE a = new.b; END",
            "CREATE TRIGGER no BEFORE INSERT ON p WHEN new.a = 13 BEGIN SELECT RAISE(ABORT, 'no 13, please'); END",
            "CREATE TRIGGER worse BEFORE DELETE ON t WHEN old.b = 7 BEGIN SELECT RAISE(ROLLBACK, 'not 7'); END");

    static final String DEFERRED =
            "CREATE TABLE late(a REFERENCES p(a) DEFERRABLE INITIALLY DEFERRED, b INTEGER PRIMARY KEY)";

    private final Random random;
    private final boolean deferred;

    StatementMaker(long seed) {
        random = new Random(seed);
        deferred = seed % 2 == 0;
    }

    /** Whether the schema has keys that are checked at COMMIT. */
    boolean deferred() {
        return deferred;
    }

    Command command() {
        boolean atomic = random.nextInt(3) == 0;
        int statements = atomic ? 1 + random.nextInt(5) : deferred ? 1 : 1 + random.nextInt(3);
        List<Statement> made = new ArrayList<>();
        for (int i = 0; i < statements; i++) {
            made.add(statement());
        }
        return new Command(made, atomic, null);
    }

    /** From BEGIN to COMMIT or ROLLBACK, with savepoints between. */
    List<Statement> transaction() {
        List<Statement> made = new ArrayList<>();
        String[] begins = {"BEGIN", "BEGIN DEFERRED", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE TRANSACTION", "SAVEPOINT top"
        };
        int begin = random.nextInt(begins.length);
        made.add(Statement.of(begins[begin]));
        int statements = random.nextInt(7);
        for (int i = 0; i < statements; i++) {
            made.add(random.nextInt(4) == 0 ? Statement.of(savepoint()) : typed());
        }
        boolean keeps = random.nextInt(10) < 7;
        made.add(Statement.of(
                keeps ? begin == 4 ? "RELEASE top" : random.nextBoolean() ? "COMMIT" : "END" : "ROLLBACK"));
        return made;
    }

    private String savepoint() {
        String name = "s" + random.nextInt(2);
        return switch (random.nextInt(5)) {
            case 0, 1 -> "SAVEPOINT " + name;
            case 2 -> "RELEASE " + name;
            default -> "ROLLBACK TO " + name;
        };
    }

    /** A session asks for its changes(), right behind a statement that counts them, or with others between. */
    List<Statement> counted() {
        int n = number();
        String[] counting = {
            "UPDATE t SET d = d + 1 WHERE a % 3 = " + n % 3,
            "INSERT OR IGNORE INTO t(a, b) VALUES(" + n + ", " + n + "), (" + number() + ", 3)",
            "INSERT INTO t(a) VALUES(" + n + ")",
            "DELETE FROM g WHERE a < " + n,
            "INSERT INTO g(a) VALUES(1), (2), (3)"
        };
        String[] others = {
            "SELECT a FROM t ORDER BY a LIMIT 1", "CREATE TABLE IF NOT EXISTS x1(a, b)", "SELECT nonsense"
        };
        List<Statement> made = new ArrayList<>(List.of(Statement.of(counting[random.nextInt(counting.length)])));
        for (int i = random.nextInt(3); i > 0; i--) {
            made.add(Statement.of(others[random.nextInt(others.length)]));
        }
        made.add(Statement.of("INSERT INTO ai(what, v) VALUES('changes', changes())"));
        made.add(Statement.of("INSERT INTO ai(what, v) VALUES('again', changes() + 10) RETURNING v"));
        if (random.nextBoolean()) {
            made.add(1, Statement.of("BEGIN"));
            made.add(Statement.of("COMMIT"));
        }
        return made;
    }

    /** Without parameters. */
    Statement typed() {
        while (true) {
            Statement made = statement();
            if (made.positional().isEmpty() && made.named().isEmpty()) {
                return made;
            }
        }
    }

    private Statement statement() {
        return switch (random.nextInt(10)) {
            case 0 -> parameters();
            case 1, 2 -> Statement.of(definition());
            case 3 -> Statement.of(virtual());
            case 4 -> Statement.of(query());
            default -> Statement.of(change());
        };
    }

    private Statement parameters() {
        List<@Nullable Object> values = new ArrayList<>(List.of(value(), value()));
        if (random.nextInt(4) == 0) {
            values.set(1, null);
        }
        return switch (random.nextInt(3)) {
            case 0 -> new Statement("INSERT INTO t(b, c) VALUES(?, ?) RETURNING *", values, Map.of());
            case 1 -> new Statement("INSERT INTO ai(what, v) VALUES(typeof(:x), $x)", List.of(), Map.of("x", value()));
            default -> new Statement("UPDATE w SET z = ?2 WHERE x >= ?1 RETURNING x, y, z", values, Map.of());
        };
    }

    private Object value() {
        return switch (random.nextInt(8)) {
            case 0 -> Long.MIN_VALUE + random.nextInt(3);
            case 1 -> Long.MAX_VALUE - random.nextInt(3);
            case 2 -> random.nextGaussian() * 1e300;
            case 3 -> "nul \0 inside " + number();
            case 4 -> "Ünï😀 'quoted' " + number();
            case 5 -> new byte[] {0, (byte) number(), -1};
            default -> (long) number();
        };
    }

    private int number() {
        return random.nextInt(25);
    }

    private String literal() {
        return switch (random.nextInt(7)) {
            case 0 -> "NULL";
            case 1 -> "'text" + number() + "'";
            case 2 -> number() + ".25";
            case 3 -> "x'00ff" + (10 + number()) + "'";
            default -> String.valueOf(number());
        };
    }

    private String conflict() {
        String[] words = {"", "", "", " OR IGNORE", " OR REPLACE", " OR FAIL", " OR ABORT", " OR ROLLBACK"};
        return words[random.nextInt(words.length)];
    }

    private String change() {
        int n = number();
        int m = number();
        return switch (random.nextInt(34)) {
            case 0 -> "INSERT" + conflict() + " INTO t(b, c) VALUES(" + literal() + ", 'w" + n + "')";
            case 1 -> "INSERT" + conflict() + " INTO t(a, b) VALUES(" + n + ", " + m + "), (" + m + ", " + n + ")";
            case 2 ->
                "INSERT INTO t(a, b, d) VALUES(" + n + ", " + m + ", 2) ON CONFLICT(a) DO UPDATE SET d = d + 1,"
                        + " b = excluded.b ON CONFLICT(b) DO NOTHING RETURNING a, b, d";
            case 3 -> "UPDATE" + conflict() + " t SET d = d * 2, b = b + " + m + " WHERE a % 4 = " + n % 4;
            case 4 -> "UPDATE t SET c = upper(c) WHERE c LIKE 'W%' RETURNING c, length(c)";
            case 5 -> "DELETE FROM t WHERE b = " + n + " RETURNING *";
            case 6 -> "DELETE FROM t WHERE a > 40";
            case 7 -> "INSERT" + conflict() + " INTO p(a, n) VALUES(" + n + ", " + m * 4 + ")";
            case 8 -> "INSERT INTO p(a, n) VALUES(" + n + ", NULL)";
            case 9 -> "DELETE FROM p WHERE a = " + n;
            case 10 -> "UPDATE p SET a = a + 30 WHERE a = " + n;
            case 11 -> "INSERT INTO c VALUES(" + n + ", (SELECT max(a) FROM t))";
            case 12 -> "INSERT INTO c VALUES(NULL, " + n + ")";
            case 13 -> "REPLACE INTO w VALUES('k" + n % 6 + "', " + m % 4 + ", " + literal() + ")";
            case 14 -> "INSERT INTO w VALUES('k" + n % 6 + "', " + m % 4 + ", json('[1, {\"a\": " + n + "}]'))";
            case 15 -> "UPDATE w SET z = json_set(z, '$[1].a', " + m + ") WHERE json_valid(z)";
            case 16 -> "UPDATE w SET z = json_insert(z, '$[#]', 'x') WHERE y = " + m % 4 + " RETURNING z -> 1";
            case 17 -> "INSERT INTO s VALUES(" + n + ", 1, 'x', x'01', " + m + ")";
            case 18 -> "INSERT INTO s(t, b, n) VALUES(" + literal() + ", " + literal() + ", " + literal() + ")";
            case 19 -> "INSERT INTO g(a) VALUES(" + n + "), (" + literal() + ") RETURNING b, c, d";
            case 20 -> "UPDATE g SET a = a + 1 WHERE b > " + m;
            case 21 -> "INSERT INTO g(a, b) VALUES(1, 2)";
            case 22 -> "INSERT INTO ai(what, v) SELECT 'rows', count(*) FROM t UNION ALL SELECT 'sum', total(d) FROM t";
            case 23 -> "INSERT INTO made(v) VALUES(length(randomblob(" + n + "))) RETURNING v, r, length(at)";
            case 24 ->
                "WITH RECURSIVE r(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM r WHERE n < " + n + ") INSERT"
                        + conflict() + " INTO w SELECT 'r' || n, n, n * n FROM r WHERE true";
            case 25 -> "WITH old AS (SELECT a FROM t ORDER BY a LIMIT 2) DELETE FROM t WHERE a IN old";
            case 26 -> "UPDATE p SET n = q.m FROM (SELECT b, max(a) AS m FROM t GROUP BY b) AS q WHERE q.b = p.a";
            case 27 -> "INSERT INTO v(a, c) VALUES(" + n + ", 'through')";
            case 28 -> "INSERT INTO ai(id, what) VALUES(" + (n == 0 ? Long.MAX_VALUE : n + 100) + ", 'given')";
            case 29 ->
                "INSERT INTO ai(what, v) SELECT 'rank', group_concat(r) FROM (SELECT rank() OVER (ORDER BY b)"
                        + " || ':' || sum(a) OVER (ORDER BY a ROWS 2 PRECEDING) AS r FROM t WHERE typeof(b) = 'integer')";
            case 30 -> "INSERT INTO ai(what, v) VALUES('abs', abs(-9223372036854775807 - " + n % 2 + "))";
            case 31 -> deferred ? "INSERT" + conflict() + " INTO late VALUES(" + n + ", " + m + ")" : "DELETE FROM c";
            case 32 -> deferred ? "DELETE FROM late WHERE b % 3 = " + n % 3 : "DELETE FROM w WHERE y = " + n;
            default -> "DELETE FROM g WHERE a = (SELECT min(a) FROM g)";
        };
    }

    private String virtual() {
        int n = number();
        return switch (random.nextInt(16)) {
            case 0, 1 -> "INSERT INTO f VALUES('title " + n + "', 'running words " + n % 4 + " and more')";
            case 2 -> "INSERT OR REPLACE INTO f(rowid, title) VALUES(" + n + ", 'replaced')";
            case 3 -> "DELETE FROM f WHERE f MATCH 'run AND " + n % 4 + "'";
            case 4 -> "UPDATE f SET body = 'changed ' || rowid WHERE rowid % 3 = " + n % 3;
            case 5 -> "INSERT INTO f(f) VALUES('optimize')";
            case 6 -> "INSERT INTO f(f, rank) VALUES('merge', 4)";
            case 7 -> "SELECT rowid, snippet(f, 1, '<', '>', '…', 3), bm25(f) < 0 FROM f WHERE f MATCH 'word*'";
            case 8 -> "SELECT * FROM f WHERE f MATCH 'AND'";
            case 9 -> "INSERT INTO f(f) VALUES('integrity-check')";
            case 10 -> "INSERT INTO e(e) VALUES('rebuild')";
            case 11 -> "INSERT INTO e(e, rowid, c) VALUES('delete', " + n + ", 'never there')";
            case 12 -> "INSERT INTO rt VALUES(" + n + ", " + n + ", " + number() + ")";
            case 13 -> "DELETE FROM rt WHERE x1 < " + n;
            case 14 -> "SELECT id, x0, x1 FROM rt WHERE x0 >= " + n + " ORDER BY id";
            default -> "INSERT INTO f(nosuch) VALUES(1)";
        };
    }

    private String definition() {
        int n = random.nextInt(6);
        return switch (random.nextInt(20)) {
            case 0 -> "CREATE TABLE x" + n + "(a INTEGER PRIMARY KEY, b DEFAULT (hex('ab')))";
            case 1 -> "CREATE TABLE IF NOT EXISTS x" + n + " AS SELECT a, c AS b FROM t ORDER BY a";
            case 2 -> "DROP TABLE x" + n;
            case 3 -> "ALTER TABLE x" + n + " RENAME TO x" + random.nextInt(6);
            case 4 -> "ALTER TABLE x" + n + " ADD COLUMN k" + random.nextInt(3) + " INT DEFAULT 5";
            case 5 -> "ALTER TABLE x" + n + " DROP COLUMN k" + random.nextInt(3);
            case 6 -> "ALTER TABLE x" + n + " RENAME COLUMN b TO k" + random.nextInt(3);
            case 7 -> "CREATE UNIQUE INDEX ix" + n + " ON x" + random.nextInt(6) + "(b)";
            case 8 -> "DROP INDEX IF EXISTS ix" + n;
            case 9 -> "INSERT INTO x" + n + "(b) VALUES(" + literal() + "), (last_insert_rowid())";
            case 10 ->
                "CREATE TRIGGER tx" + n + " AFTER INSERT ON x" + n
                        + " BEGIN INSERT INTO ai(what, v) VALUES('x', new.a); END";
            case 11 -> "DROP TRIGGER tx" + n;
            case 12 -> "CREATE VIEW vx" + n + " AS WITH q AS (SELECT a FROM x" + n + ") SELECT sum(a) AS s FROM q";
            case 13 -> "DROP VIEW IF EXISTS vx" + n;
            case 14 -> "SELECT * FROM vx" + n;
            case 15 -> "PRAGMA user_version = " + number();
            case 16 -> "REINDEX ti";
            case 17 -> "SELECT nonsense FROM t";
            case 18 -> "CREAT TABLE x(";
            default -> "PRAGMA application_id = " + number();
        };
    }

    private String query() {
        return switch (random.nextInt(8)) {
            case 0 -> "SELECT * FROM v ORDER BY 1, 2, 3";
            case 1 -> "SELECT a, lag(a) OVER w, ntile(3) OVER w FROM t WINDOW w AS (ORDER BY a)";
            case 2 -> "SELECT x, json_group_array(y ORDER BY y) FROM w GROUP BY x";
            case 3 -> "SELECT j.key, j.value, j.type FROM w, json_each(z) AS j WHERE json_valid(z) ORDER BY x, y, 1";
            case 4 -> "VALUES(1, 'a'), (" + literal() + ", NULL)";
            case 5 -> "SELECT strftime('%Y-%W', a, 'unixepoch', '+" + number() + " days') FROM t ORDER BY a";
            case 6 -> "PRAGMA table_info(x" + random.nextInt(6) + ")";
            default -> "SELECT count(*) FILTER (WHERE d > 2), avg(d), typeof(sum(b)) FROM t";
        };
    }
}
