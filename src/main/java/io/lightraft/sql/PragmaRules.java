package io.lightraft.sql;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which pragmas users may run: a list of those known to be harmless, and nothing else. */
final class PragmaRules {

    /** Answer from the schema and the data alone, so equal on every node. An argument only says what about. */
    private static final Set<String> SCHEMA = Set.of(
            "table_info",
            "table_xinfo",
            "index_list",
            "index_info",
            "index_xinfo",
            "foreign_key_list",
            "foreign_key_check");

    /** Tell of this node's file or build. An argument only says what about. */
    private static final Set<String> NODE = Set.of(
            "table_list",
            "database_list",
            "collation_list",
            "function_list",
            "module_list",
            "pragma_list",
            "compile_options",
            "integrity_check",
            "quick_check");

    /** Would set something if they had an argument. */
    private static final Set<String> WITHOUT_ARGUMENT = Set.of(
            "analysis_limit",
            "auto_vacuum",
            "automatic_index",
            "busy_timeout",
            "cache_size",
            "cache_spill",
            "cell_size_check",
            "checkpoint_fullfsync",
            "data_version",
            "encoding",
            "freelist_count",
            "fullfsync",
            "ignore_check_constraints",
            "journal_mode",
            "journal_size_limit",
            "legacy_alter_table",
            "locking_mode",
            "max_page_count",
            "mmap_size",
            "page_count",
            "page_size",
            "query_only",
            "read_uncommitted",
            "recursive_triggers",
            "reverse_unordered_selects",
            "schema_version",
            "secure_delete",
            "synchronous",
            "temp_store",
            "threads",
            "trusted_schema",
            "wal_autocheckpoint");

    private static final Set<String> STORED_IN_FILE = Set.of("user_version", "application_id");
    private static final Set<String> ON = Set.of("on", "yes", "true", "1");
    private static final Set<String> OFF = Set.of("off", "no", "false", "0");

    private PragmaRules() {}

    /**
     * @param tokens of the whole statement, beginning with PRAGMA
     * @param foreignKeys whether the cluster enforces them
     */
    static Ruling rule(List<Token> tokens, boolean foreignKeys) {
        int at = 1;
        if (tokens.size() > 2 && tokens.get(2).isOther('.')) {
            if (!tokens.get(1).text().equalsIgnoreCase("main")) {
                return Ruling.refused("there is no database but main; leave \""
                        + tokens.get(1).text() + ".\" out");
            }
            at = 3;
        }
        if (tokens.size() <= at) {
            return Ruling.READ; // a syntax error, in SQLite's words
        }
        String name = tokens.get(at).text().toLowerCase(Locale.ROOT);
        StringBuilder argument = new StringBuilder();
        boolean hasArgument = tokens.size() > at + 1;
        for (Token token : tokens.subList(Math.min(at + 2, tokens.size()), tokens.size())) {
            if (!token.isOther(')')) {
                argument.append(token.text());
            }
        }
        String value = argument.toString().toLowerCase(Locale.ROOT);
        if (SCHEMA.contains(name)) {
            return Ruling.READ;
        }
        if (NODE.contains(name) || !hasArgument && WITHOUT_ARGUMENT.contains(name)) {
            return Ruling.READ_LOCAL;
        }
        if (STORED_IN_FILE.contains(name)) {
            return hasArgument ? Ruling.WRITE : Ruling.READ;
        }
        if (name.equals("foreign_keys")) {
            return hasArgument ? setForeignKeys(value, foreignKeys) : Ruling.READ;
        }
        if (name.equals("defer_foreign_keys")) {
            return hasArgument ? Ruling.WRITE : Ruling.READ_LOCAL;
        }
        if (WITHOUT_ARGUMENT.contains(name)) {
            return Ruling.refused("PRAGMA " + name + " can't be set: it would change one connection or one node's file,"
                    + " not the cluster; it can be read");
        }
        return Ruling.refused("PRAGMA " + name + " is not available: only pragmas that read, and those that set"
                + " user_version, application_id or defer_foreign_keys, can be run in a cluster");
    }

    /** Accepted where it changes nothing: some libraries send it with every connection. */
    private static Ruling setForeignKeys(String value, boolean foreignKeys) {
        if (!ON.contains(value) && !OFF.contains(value)) {
            return Ruling.refused("foreign_keys is ON or OFF, for the whole cluster; PRAGMA foreign_keys tells which");
        }
        if (ON.contains(value) == foreignKeys) {
            return Ruling.NOTHING;
        }
        return Ruling.refused(
                foreignKeys
                        ? "foreign keys are enforced on every node and can't be switched off: this was settled when the"
                                + " cluster was first started; PRAGMA defer_foreign_keys=ON postpones their check to the"
                                + " end of a request"
                        : "foreign keys are enforced on no node and can't be switched on: this was settled when the"
                                + " cluster was first started, with foreignKeys = false in lightraft.toml; PRAGMA"
                                + " foreign_key_check finds the rows that break them");
    }
}
