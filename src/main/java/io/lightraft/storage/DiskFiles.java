package io.lightraft.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** The real file system. Holds the directory's lock from creation to {@link #close}. */
final class DiskFiles implements LogFiles {

    private static final String LOCK = "lock";

    private final Path directory;
    private final FileChannel lock;

    private DiskFiles(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    static DiskFiles open(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            createDurably(absolute);
            FileChannel channel =
                    FileChannel.open(absolute.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                takeLock(channel, absolute);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            return new DiskFiles(absolute, channel);
        } catch (IOException e) {
            throw StorageFailedException.of("can't use the data directory " + absolute, e);
        }
    }

    private static void takeLock(FileChannel channel, Path directory) throws IOException {
        try {
            if (channel.tryLock() == null) {
                throw new StorageInUseException("data directory " + directory + " is in use by another process");
            }
        } catch (OverlappingFileLockException e) {
            throw new StorageInUseException("data directory " + directory + " is already in use by this process");
        }
    }

    private static void createDurably(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory; path != null && !Files.isDirectory(path); path = path.getParent()) {
            if (Files.exists(path)) {
                throw new IOException(path + " is not a directory");
            }
            missing.push(path);
        }
        for (Path path : missing) {
            Files.createDirectories(path);
            Path parent = path.getParent();
            if (parent != null) {
                sync(parent);
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String describe(String name) {
        return (name.isEmpty() ? directory : directory.resolve(name)).toString();
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public OpenFile create(String name) throws IOException {
        return new DiskFile(FileChannel.open(
                directory.resolve(name),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
    }

    @Override
    public OpenFile open(String name) throws IOException {
        return new DiskFile(
                FileChannel.open(directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void syncDirectory() throws IOException {
        sync(directory);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** Positional reads and writes only, so threads need no lock between them. */
    private record DiskFile(FileChannel channel) implements OpenFile {

        // The JDK copies heap buffers through an off-heap one as large as what is written, and keeps it.
        private static final int CHUNK_BYTES = 1 << 20;

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            long at = position;
            int limit = target.limit();
            while (target.position() < limit) {
                target.limit(Math.min(limit, target.position() + CHUNK_BYTES));
                int count = channel.read(target, at);
                if (count < 0) {
                    throw new EOFException("the file ends at " + channel.size());
                }
                at += count;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long at = position;
            int limit = source.limit();
            while (source.position() < limit) {
                source.limit(Math.min(limit, source.position() + CHUNK_BYTES));
                at += channel.write(source, at);
            }
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
