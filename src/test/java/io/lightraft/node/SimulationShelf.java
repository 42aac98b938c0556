package io.lightraft.node;

import io.lightraft.raft.SnapshotMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory of snapshots that is on the disk as soon as it is written; a process may die at any of its steps. */
final class SimulationShelf implements SnapshotShelf {

    private static final Path DIRECTORY = Path.of("snapshots");

    /** The process dies here. */
    static final class Death extends RuntimeException {}

    private final Map<Path, SimulationState.Version> files = new TreeMap<>();
    private @Nullable Begun begun;
    private long installedIndex;
    private long leastIndexToVote;
    private int stepsUntilDeath = Integer.MAX_VALUE;
    private boolean lastStepIsDone;

    /** As the start of a process does it: what no installation needs is gone. */
    void open() {
        stepsUntilDeath = Integer.MAX_VALUE;
        installedIndex = 0;
        Begun needed = begun;
        files.keySet().removeIf(file -> needed == null || !file.equals(received(needed.index(), needed.term())));
    }

    /** The disk is gone. */
    void empty() {
        files.clear();
        begun = null;
        leastIndexToVote = 0;
    }

    void keepAdmission(long index) {
        leastIndexToVote = index;
    }

    long leastIndexToVote() {
        return leastIndexToVote;
    }

    /** @param done whether the step at which the process dies is on the disk */
    void dieAfter(int steps, boolean done) {
        stepsUntilDeath = steps;
        lastStepIsDone = done;
    }

    void step(Runnable change) {
        boolean dies = stepsUntilDeath-- <= 0;
        if (!dies || lastStepIsDone) {
            change.run();
        }
        if (dies) {
            throw new Death();
        }
    }

    void write(Path file, SimulationState.Version content) {
        files.put(file, content);
    }

    SimulationState.Version read(Path file) throws IOException {
        SimulationState.Version content = files.get(file);
        if (content == null) {
            throw new IOException("there is no " + file);
        }
        return content;
    }

    void erase(Path file) {
        files.remove(file);
    }

    @Override
    public Path directory() {
        return DIRECTORY;
    }

    @Override
    public Path received(long index, long term) {
        return DIRECTORY.resolve("received-" + index + "-" + term);
    }

    @Override
    public boolean has(Path file) {
        return files.containsKey(file);
    }

    @Override
    public void complete(Path unfinished, Path file) throws IOException {
        files.put(file, read(unfinished));
        files.remove(unfinished);
    }

    @Override
    public void delete(Path file) {
        files.remove(file);
    }

    @Override
    public void begin(SnapshotMetadata metadata) {
        step(() -> begun = new Begun(metadata.index(), metadata.term()));
    }

    @Override
    public Optional<Begun> begun() {
        return Optional.ofNullable(begun);
    }

    @Override
    public void end() {
        step(() -> begun = null);
    }

    @Override
    public void installed(long index) {
        installedIndex = index;
    }

    @Override
    public boolean isInstalled(long index) {
        return index <= installedIndex;
    }
}
