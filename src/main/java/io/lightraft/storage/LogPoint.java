package io.lightraft.storage;

/** A place in the log: an entry's index and its term. */
record LogPoint(long index, long term) {

    static final LogPoint START = new LogPoint(0, 0);
}
