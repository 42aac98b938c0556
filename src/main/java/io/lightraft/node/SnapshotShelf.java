package io.lightraft.node;

import io.lightraft.raft.SnapshotMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A node's directory of snapshots, as those see it who take snapshots in and install them. */
interface SnapshotShelf {

    /** A snapshot that has begun to take the state's place. */
    record Begun(long index, long term) {}

    Path directory();

    /** Where a snapshot from a leader lies, or is to lie. */
    Path received(long index, long term);

    boolean has(Path file);

    /** Brings a written file to the disk under its name. */
    void complete(Path unfinished, Path file) throws IOException;

    void delete(Path file) throws IOException;

    /** Notes on the disk that this snapshot is going to take the state's place. */
    void begin(SnapshotMetadata metadata) throws IOException;

    Optional<Begun> begun() throws IOException;

    /** It has taken the state's place, or will not. */
    void end() throws IOException;

    /** The state and the log have taken up this one, as the newest. */
    void installed(long index);

    /** Whether the state has taken up this one, or a newer one, since the start. */
    boolean isInstalled(long index);
}
