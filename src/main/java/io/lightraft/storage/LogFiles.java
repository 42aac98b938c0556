package io.lightraft.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The file system as the log uses it: one flat directory. Small enough that a test can stand in for it and lose what
 * was not synced. Names are plain file names.
 */
public interface LogFiles extends Closeable {

    /** How messages name a file (its whole path), or the directory itself for {@code ""}. */
    String describe(String name);

    List<String> list() throws IOException;

    /** @throws IOException also when the file exists */
    OpenFile create(String name) throws IOException;

    OpenFile open(String name) throws IOException;

    /** Replaces {@code to} when it exists. Durable after {@link #syncDirectory}. */
    void rename(String from, String to) throws IOException;

    /** Durable after {@link #syncDirectory}. */
    void delete(String name) throws IOException;

    /** Makes creations, renames and deletions durable. */
    void syncDirectory() throws IOException;

    /** Lets go of the directory's lock; open files are closed by those who opened them. */
    @Override
    void close() throws IOException;

    /** An open file; reads and writes may come from different threads. */
    interface OpenFile extends Closeable {

        long size() throws IOException;

        /** Fills {@code target}; a file that ends before that is an {@link java.io.EOFException}. */
        void read(ByteBuffer target, long position) throws IOException;

        /** Writes all that remains in {@code source}. */
        void write(ByteBuffer source, long position) throws IOException;

        /** Makes what was written durable (fdatasync: the file's size too, where it has changed). */
        void sync() throws IOException;
    }
}
