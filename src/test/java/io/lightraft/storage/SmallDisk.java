package io.lightraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real file system of a few megabytes (tmpfs), which a test fills and clears. Skips the test where it can't mount. */
public final class SmallDisk implements AutoCloseable {

    private static final int CHUNK_BYTES = 4096;

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    public static SmallDisk mount(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory.toString()),
                "small disks can't be mounted here");
        return new SmallDisk(directory);
    }

    public Path directory() {
        return directory;
    }

    public long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Lets the disk be as full as can be but for so much. */
    public void fillUpTo(long leave) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(ballast().toFile(), "rw")) {
            file.seek(file.length());
            byte[] chunk = new byte[CHUNK_BYTES];
            while (freeBytes() >= leave + CHUNK_BYTES) {
                file.write(chunk);
            }
        }
    }

    public void clear() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return directory.resolve("ballast");
    }

    @Override
    public void close() {
        assertThat(run("umount", "-l", directory.toString())).isTrue();
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
