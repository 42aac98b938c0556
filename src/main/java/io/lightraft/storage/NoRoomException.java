package io.lightraft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * There is no room for a new segment. It is found out before anything is written, so nothing has changed, and the same
 * may be tried again. (A full disk can't show later: a segment has all its blocks before it is used.)
 */
final class NoRoomException extends IOException {

    private static final String IN_ENGLISH = "no space left";
    private static final String IN_THIS_LANGUAGE = wordsOfThisLanguage();

    private NoRoomException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** The failure as it is, or as what it is when it means a full disk. */
    static IOException of(IOException failure) {
        return meansFull(failure.getMessage()) ? new NoRoomException(failure) : failure;
    }

    /**
     * There is no other way to tell: the JDK has no exception of its own for it. Its messages are the C library's, in the
     * language of the process.
     */
    static boolean meansFull(@Nullable String message) {
        String words = message == null ? "" : message.toLowerCase(Locale.ROOT);
        return words.contains(IN_ENGLISH) || words.contains(IN_THIS_LANGUAGE) || words.contains("quota");
    }

    /** A device that is always full says it. */
    private static String wordsOfThisLanguage() {
        try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            full.write(ByteBuffer.allocate(1));
        } catch (IOException e) {
            boolean isOfTheWrite = !(e instanceof FileSystemException) && e.getMessage() != null;
            return isOfTheWrite ? e.getMessage().toLowerCase(Locale.ROOT) : IN_ENGLISH;
        }
        return IN_ENGLISH;
    }
}
