package io.lightraft.sql;

/** What is to be done with a statement, as far as its text alone tells. */
record Ruling(Kind kind, String reason) {

    enum Kind {
        /** Goes through the log. */
        WRITE,
        /** Goes through the log as an entry of its own, with nothing else in it. */
        WRITE_ALONE,
        /** Only reads. */
        READ,
        /** Only reads, and its answer may differ from node to node, so that it can't be part of a write. */
        READ_LOCAL,
        /** SQLite has to be asked. */
        EITHER,
        /** Asks for what is the case anyway. */
        NOTHING,
        /** Not to be run; the reason says why. */
        REFUSED
    }

    static final Ruling WRITE = new Ruling(Kind.WRITE, "");
    static final Ruling WRITE_ALONE = new Ruling(Kind.WRITE_ALONE, "");
    static final Ruling READ = new Ruling(Kind.READ, "");
    static final Ruling READ_LOCAL = new Ruling(Kind.READ_LOCAL, "");
    static final Ruling EITHER = new Ruling(Kind.EITHER, "");
    static final Ruling NOTHING = new Ruling(Kind.NOTHING, "");

    static Ruling refused(String reason) {
        return new Ruling(Kind.REFUSED, reason);
    }

    boolean writes() {
        return kind == Kind.WRITE || kind == Kind.WRITE_ALONE;
    }

    boolean isRefused() {
        return kind == Kind.REFUSED;
    }
}
