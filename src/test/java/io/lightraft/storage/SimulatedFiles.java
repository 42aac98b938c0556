package io.lightraft.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that remembers what was synced. {@link #crash} loses part of the rest: of each unsynced write
 * any part may have reached the disk, and each name in the directory is at some point of its history. Not thread-safe.
 */
public final class SimulatedFiles implements LogFiles {

    private record Write(int position, byte[] bytes) {}

    private static final class Inode {
        byte[] current = {};
        byte[] durable = {};
        final List<Write> unsynced = new ArrayList<>();
    }

    private TreeMap<String, Inode> names = new TreeMap<>();

    /** The directory after each change since the last sync; the first is what is durable. */
    private final List<TreeMap<String, Inode>> versions = new ArrayList<>(List.of(new TreeMap<>()));

    private long changesUntilFailure = Long.MAX_VALUE;
    private String failureMessage = "";
    private boolean failing;
    private volatile boolean syncsFail;
    private @Nullable Runnable onNextRead;
    private long freeBytes = Long.MAX_VALUE;

    /** From the n-th change on (the first is 0) everything fails; that change may be done by half. */
    public void failAfter(long changes, String message) {
        changesUntilFailure = changes;
        failureMessage = message;
    }

    public void failSyncs() {
        syncsFail = true;
    }

    /** Runs in the middle of whatever reads next. */
    void onNextRead(Runnable action) {
        onNextRead = action;
    }

    public void setFreeBytes(long bytes) {
        freeBytes = bytes;
    }

    /** What a restart after the loss of power finds. */
    public void crash(Random random) {
        Set<String> allNames = new TreeSet<>();
        versions.forEach(version -> allNames.addAll(version.keySet()));
        names = new TreeMap<>();
        for (String name : allNames) {
            Inode inode = versions.get(random.nextInt(versions.size())).get(name);
            if (inode != null) {
                names.put(name, inode);
            }
        }
        versions.clear();
        versions.add(new TreeMap<>(names));
        for (Inode inode : names.values()) {
            byte[] content = inode.durable;
            for (Write write : inode.unsynced) {
                content = tear(content, write, random);
            }
            inode.unsynced.clear();
            inode.durable = content;
            inode.current = content.clone();
        }
        heal();
    }

    public void heal() {
        failing = false;
        syncsFail = false;
        freeBytes = Long.MAX_VALUE;
        changesUntilFailure = Long.MAX_VALUE;
    }

    private static byte[] tear(byte[] content, Write write, Random random) {
        byte[] result = content;
        int sector = random.nextBoolean() ? 512 : 1 + random.nextInt(64);
        int keep = random.nextInt(4);
        int cut = random.nextInt(write.bytes.length + 1);
        for (int from = 0; from < write.bytes.length; from += sector) {
            boolean reached = switch (keep) {
                case 0 -> false;
                case 1 -> true;
                case 2 -> from < cut;
                default -> random.nextBoolean();
            };
            if (reached) {
                int to = Math.min(write.bytes.length, from + sector);
                result = put(result, write.position + from, Arrays.copyOfRange(write.bytes, from, to));
            }
        }
        return result;
    }

    private static byte[] put(byte[] content, int position, byte[] bytes) {
        byte[] result = Arrays.copyOf(content, Math.max(content.length, position + bytes.length));
        System.arraycopy(bytes, 0, result, position, bytes.length);
        return result;
    }

    byte[] content(String name) {
        return names.get(name).current.clone();
    }

    /** Replaces a file's bytes behind the log's back, durably. */
    void setContent(String name, byte[] bytes) {
        Inode inode = names.computeIfAbsent(name, n -> new Inode());
        inode.unsynced.clear();
        inode.current = bytes.clone();
        inode.durable = bytes.clone();
        changed();
        syncDirectoryNow();
    }

    /** As {@link #setContent}, under whoever has the file open. */
    void flipInPlace(String name, int position) {
        names.get(name).current[position] ^= 1;
    }

    void remove(String name) {
        names.remove(name);
        changed();
        syncDirectoryNow();
    }

    SimulatedFiles copy() {
        SimulatedFiles copy = new SimulatedFiles();
        names.forEach((name, inode) -> copy.setContent(name, inode.current));
        return copy;
    }

    @Override
    public String describe(String name) {
        return "sim/" + name;
    }

    @Override
    public List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public OpenFile create(String name) throws IOException {
        beforeChange();
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        names.put(name, new Inode());
        changed();
        return new SimulatedFile(names.get(name));
    }

    @Override
    public OpenFile open(String name) throws IOException {
        if (!names.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        return new SimulatedFile(names.get(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        beforeChange();
        names.put(to, names.remove(from));
        changed();
    }

    @Override
    public void delete(String name) throws IOException {
        beforeChange();
        if (names.remove(name) != null) {
            changed();
        }
    }

    @Override
    public void syncDirectory() throws IOException {
        beforeChange();
        syncDirectoryNow();
    }

    private void syncDirectoryNow() {
        versions.clear();
        versions.add(new TreeMap<>(names));
    }

    private void changed() {
        versions.add(new TreeMap<>(names));
    }

    private void beforeChange() throws IOException {
        if (failing || changesUntilFailure-- <= 0) {
            failing = true;
            throw new IOException(failureMessage);
        }
    }

    @Override
    public void close() {}

    private final class SimulatedFile implements OpenFile {
        private final Inode inode;

        SimulatedFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long size() {
            return inode.current.length;
        }

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            if (position + target.remaining() > inode.current.length) {
                throw new EOFException();
            }
            target.put(inode.current, (int) position, target.remaining());
            Runnable action = onNextRead;
            onNextRead = null;
            if (action != null) {
                action.run();
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            boolean failsNow = !failing && changesUntilFailure <= 0;
            if (failsNow) {
                apply(position, bytes);
            }
            beforeChange();
            long growth = position + bytes.length - inode.current.length;
            if (growth > freeBytes) {
                throw new IOException("No space left on device");
            }
            freeBytes -= Math.max(0, growth);
            apply(position, bytes);
        }

        private void apply(long position, byte[] bytes) {
            inode.current = put(inode.current, (int) position, bytes);
            inode.unsynced.add(new Write((int) position, bytes));
        }

        @Override
        public void sync() throws IOException {
            beforeChange();
            if (syncsFail) {
                // As Linux does it: the pages are readable and taken for clean, but never reached the disk.
                inode.unsynced.clear();
                throw new IOException("Input/output error");
            }
            for (Write write : inode.unsynced) {
                inode.durable = put(inode.durable, write.position, write.bytes);
            }
            inode.unsynced.clear();
        }

        @Override
        public void close() {}
    }
}
