package io.lightraft.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes a node's own file small again: writes all that is in it to a fresh one, and lets that take its place. Nothing is
 * applied on this node meanwhile, so the others should not be asked to do it at the same moment.
 */
final class FileRewrite {

    private final SnapshotFiles files;
    private final StateFile state;
    private final ApplyWorker<?> apply;

    FileRewrite(SnapshotFiles files, StateFile state, ApplyWorker<?> apply) {
        this.files = files;
        this.state = state;
        this.apply = apply;
    }

    /**
     * Blocks until it is done.
     *
     * @throws IOException when there is no room, say; the state is as it was
     * @throws HalfReplacedException when the state is not
     */
    FileSizes run() throws IOException, InterruptedException {
        AtomicReference<FileSizes> sizes = new AtomicReference<>();
        AtomicReference<@Nullable Exception> harmful = new AtomicReference<>();
        apply.runBetween(() -> {
            Path unfinished = files.unfinished("rewritten");
            long before = state.rewriteTo(unfinished);
            long after = unfinished.toFile().length();
            Path rewritten = files.directory().resolve("rewritten");
            files.complete(unfinished, rewritten);
            try {
                state.replaceWith(rewritten);
            } catch (IOException | RuntimeException e) {
                harmful.set(e);
            }
            sizes.set(new FileSizes(before, after));
        });
        Exception fault = harmful.get();
        if (fault != null) {
            throw new HalfReplacedException(fault);
        }
        return sizes.get();
    }

    /** The node can't go on. */
    static final class HalfReplacedException extends RuntimeException {
        HalfReplacedException(Exception cause) {
            super(cause.getMessage(), cause);
        }
    }
}
