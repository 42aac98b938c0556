package io.lightraft.node;

import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a received snapshot in the place of state and log. The order makes a crash at any step harmless: the marker, the
 * state's file, the log's restart, the marker's end. A start that finds the marker goes on where it was left, as the
 * snapshot holds only what is committed; where the snapshot is gone before the state was replaced, nothing has happened
 * yet. Used by the storage worker, and by the start before any worker runs.
 */
final class SnapshotInstaller {

    private static final Logger logger = LoggerFactory.getLogger(SnapshotInstaller.class);

    /** Lets the owner of the state put a file in its place, and waits for that. */
    interface Replacement {
        void with(Path received) throws IOException, InterruptedException;
    }

    private final SnapshotShelf files;
    private final DurableLog log;

    SnapshotInstaller(SnapshotShelf files, DurableLog log) {
        this.files = files;
        this.log = log;
    }

    void install(Snapshot snapshot, Replacement replacement) throws InterruptedException {
        SnapshotMetadata metadata = snapshot.metadata();
        try {
            files.begin(metadata);
            replacement.with(files.received(metadata.index(), metadata.term()));
            restartLog(metadata);
            files.end();
            files.installed(metadata.index());
        } catch (IOException e) {
            throw new UncheckedIOException("can't install the snapshot of index " + metadata.index(), e);
        }
        logger.info("installed the snapshot of index {}, term {}", metadata.index(), metadata.term());
    }

    /** Finishes or undoes what a crash has interrupted. */
    void recover(StateFile stateFile, StateMachine<?> stateMachine) {
        try {
            Optional<SnapshotShelf.Begun> begun = files.begun();
            if (begun.isPresent()) {
                recover(begun.get(), stateFile, stateMachine);
                files.end();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't finish the installation of a snapshot", e);
        }
    }

    private void recover(SnapshotShelf.Begun begun, StateFile stateFile, StateMachine<?> stateMachine)
            throws IOException {
        Path received = files.received(begun.index(), begun.term());
        StateMachine.Applied applied = stateMachine.applied();
        if (files.has(received) && applied.index() < begun.index()) {
            applied = stateFile.replaceWith(received);
        }
        if (applied.index() != begun.index() || applied.term() != begun.term()) {
            logger.warn("the snapshot of index {} was not installed before a crash; asking for another", begun.index());
            return;
        }
        restartLog(new SnapshotMetadata(applied.confState(), applied.index(), applied.term()));
        logger.info("finished the installation of the snapshot of index {}", begun.index());
    }

    private void restartLog(SnapshotMetadata metadata) {
        boolean restarted = log.firstIndex() == metadata.index() + 1 && log.term(metadata.index()) == metadata.term();
        if (!restarted) {
            log.installSnapshot(metadata);
            log.sync();
        }
    }
}
