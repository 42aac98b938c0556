package io.lightraft.sql;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The open transaction of a session, at the session's node. Confined to the session. */
final class SessionTransaction {

    final boolean openedBySavepoint;
    final SessionValues start;
    UUID name = UUID.randomUUID();
    long sequence;

    /** The index of the node where it runs; null while nothing of it has been sent. */
    @Nullable
    Integer host;

    /** Its host did not answer, so nobody should wait for it once more. */
    boolean unheard;

    /** It never began, so what was meant to be in it must not be run either, but it may be begun anew. */
    boolean refused;

    /** Why it was rolled back while the session had it open. */
    @Nullable
    String failure;

    SessionTransaction(boolean openedBySavepoint, SessionValues start) {
        this.openedBySavepoint = openedBySavepoint;
        this.start = start;
    }
}
