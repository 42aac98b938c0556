package io.lightraft.config;

import io.lightraft.node.Quarantine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the reason of a node's quarantine beside the database that it is about, so that no restart makes it sound. */
final class QuarantineFile {

    private static final Logger log = LoggerFactory.getLogger(QuarantineFile.class);

    private QuarantineFile() {}

    static Quarantine open(Path file) {
        try {
            String kept = Files.exists(file) ? Files.readString(file).strip() : null;
            return new Quarantine(kept, reason -> keep(file, reason));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    private static void keep(Path file, @Nullable String reason) {
        try {
            if (reason == null) {
                Files.deleteIfExists(file);
            } else {
                Files.writeString(file, reason + "\n");
            }
        } catch (IOException e) {
            log.error("can't write {}: {}", file, e.toString());
        }
    }
}
