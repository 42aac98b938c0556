package io.lightraft.node;

import io.lightraft.raft.SnapshotMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory of a node's snapshots: {@code made-INDEX-TERM} by this node, {@code received-INDEX-TERM} from a leader,
 * the marker {@code installing}, which names the received one that is taking the place of the state, and
 * {@code admission}, see {@link Effects#keepAdmission}. What has one of these names is whole and on disk.
 */
public final class SnapshotFiles implements SnapshotShelf {

    private static final String RECEIVED = "received";
    private static final String MARKER = "installing";
    private static final String ADMISSION = "admission";
    private static final String UNFINISHED = ".part";
    private static final String FORMAT = "1";

    private final Path directory;
    private volatile long installedIndex;

    private SnapshotFiles(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory, and clears it of everything but a snapshot whose installation had begun. */
    public static SnapshotFiles open(Path directory) throws IOException {
        Files.createDirectories(directory);
        SnapshotFiles files = new SnapshotFiles(directory);
        Optional<Begun> begun = files.begun();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                String name = file.getFileName().toString();
                boolean needed = name.equals(MARKER)
                        || name.equals(ADMISSION)
                        || begun.isPresent()
                                && file.equals(files.received(
                                        begun.get().index(), begun.get().term()));
                if (!needed) {
                    Files.delete(file);
                }
            }
        }
        return files;
    }

    @Override
    public Path directory() {
        return directory;
    }

    Path made(SnapshotMetadata metadata) {
        return directory.resolve("made-" + metadata.index() + "-" + metadata.term());
    }

    @Override
    public Path received(long index, long term) {
        return directory.resolve(RECEIVED + "-" + index + "-" + term);
    }

    /** A file to be written, for {@link #complete}; whatever was left there is gone. */
    Path unfinished(String name) throws IOException {
        Path file = directory.resolve(name + UNFINISHED);
        for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
            Files.deleteIfExists(directory.resolve(file.getFileName() + suffix));
        }
        return file;
    }

    @Override
    public boolean has(Path file) {
        return Files.exists(file);
    }

    @Override
    public void complete(Path unfinished, Path file) throws IOException {
        sync(unfinished, StandardOpenOption.WRITE);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(directory, StandardOpenOption.READ);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** See {@link Effects#keepAdmission}. */
    void keepAdmission(long leastIndexToVote) throws IOException {
        write(ADMISSION, FORMAT + " " + leastIndexToVote);
    }

    void forgetAdmission() throws IOException {
        Files.deleteIfExists(directory.resolve(ADMISSION));
    }

    /** 0 when there never was one. */
    long leastIndexToVote() {
        Path file = directory.resolve(ADMISSION);
        try {
            return Files.exists(file) ? Long.parseLong(words(file, 2)[1]) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    @Override
    public void begin(SnapshotMetadata metadata) throws IOException {
        write(MARKER, FORMAT + " " + metadata.index() + " " + metadata.term());
    }

    private void write(String name, String text) throws IOException {
        Path unfinished = directory.resolve(name + UNFINISHED);
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.US_ASCII)));
        }
        complete(unfinished, directory.resolve(name));
    }

    @Override
    public Optional<Begun> begun() throws IOException {
        Path marker = directory.resolve(MARKER);
        if (!Files.exists(marker)) {
            return Optional.empty();
        }
        String[] words = words(marker, 3);
        return Optional.of(new Begun(Long.parseLong(words[1]), Long.parseLong(words[2])));
    }

    private static String[] words(Path file, int count) throws IOException {
        String[] words = Files.readString(file).strip().split(" ");
        if (words.length != count || !words[0].equals(FORMAT)) {
            throw new IOException("the file " + file + " has format version " + words[0]
                    + ", which is not known to this release (it knows " + FORMAT + "); start a newer release");
        }
        return words;
    }

    @Override
    public void end() throws IOException {
        Files.delete(directory.resolve(MARKER));
        sync(directory, StandardOpenOption.READ);
    }

    /** Those that came when the log had brought more meanwhile, so that nobody took them up. */
    void deleteReceivedBefore(long index) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                String[] words = file.getFileName().toString().split("-");
                if (words[0].equals(RECEIVED) && Long.parseLong(words[1]) < index) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void installed(long index) {
        installedIndex = index;
    }

    @Override
    public boolean isInstalled(long index) {
        return index <= installedIndex;
    }

    private static void sync(Path path, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }
}
