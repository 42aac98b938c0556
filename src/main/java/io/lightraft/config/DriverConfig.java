package io.lightraft.config;

import java.nio.file.Path;

/**
 * The {@code [driver]} block.
 *
 * @param name the database; SQLite is the only one
 * @param pathPrefix what the names of a node's files begin with, relative to the working directory
 * @param minFreeBytes with less free on the disk a node takes no writes
 * @param foreignKeys whether a new cluster enforces them
 */
public record DriverConfig(String name, String pathPrefix, int minFreeBytes, boolean foreignKeys) {

    /** Enough for two segments of the log and what SQLite needs to go on for a while. */
    static final int MIN_FREE_BYTES = 64 << 20;

    /** The SQLite file of a node. */
    public Path database(int nodeIndex) {
        return Path.of(pathPrefix + "-" + nodeIndex + ".sqlite");
    }

    /** The directory of a node's Raft log. */
    public Path log(int nodeIndex) {
        return Path.of(pathPrefix + "-" + nodeIndex + ".raft");
    }

    /** Stands beside a node's database while that is not to be trusted; says why. */
    public Path quarantine(int nodeIndex) {
        return Path.of(pathPrefix + "-" + nodeIndex + ".quarantine");
    }

    /** The directory of the snapshots that a node makes or receives. */
    public Path snapshots(int nodeIndex) {
        return Path.of(pathPrefix + "-" + nodeIndex + ".snapshots");
    }

    /** What holds all of them. */
    public Path directory() {
        Path parent = Path.of(pathPrefix + "-0.sqlite").getParent();
        return parent == null ? Path.of(".") : parent;
    }
}
