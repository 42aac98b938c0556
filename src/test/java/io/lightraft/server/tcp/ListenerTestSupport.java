package io.lightraft.server.tcp;

import io.lightraft.node.Member;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.ReplicaStatus.MemberStatus;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.SqlEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A listener over a real SQLite file on a free port of the loopback, as node 1 of three. */
abstract class ListenerTestSupport {

    static final String RED = "\u001B[31m";
    static final String RESET = "\u001B[0m";

    /** Small limits, so that tests reach them: 10,000 bytes a line, 600 sessions, half a second for a write. */
    static final QueryListenerOptions OPTIONS =
            new QueryListenerOptions(10_000, 600, 500, ReadLevel.LINEARIZABLE, 10_000, 5_000);

    static final ReplicaStatus STATUS = new ReplicaStatus(
            1, "LEADER", 7, 1, 42, 41, 43, 1, 0, true, null, null, List.of(member(0, 40L, 3L), member(1, 43L, 0L)));

    @TempDir
    Path directory;

    private final List<QueryListener> listeners = new ArrayList<>();

    private static MemberStatus member(int id, @Nullable Long matchIndex, @Nullable Long lag) {
        Member member = new Member(id, "127.0.0.1:" + (6453 + id), "127.0.0.1:" + (56453 + id), "127.0.0.1:400" + id);
        return new MemberStatus(member, true, id == 1, matchIndex, lag, id == 1 ? null : Boolean.TRUE);
    }

    QueryListener listen() throws IOException {
        return listen(new SqliteFileEngine(directory), OPTIONS);
    }

    QueryListener listen(SqlEngine engine, QueryListenerOptions options) throws IOException {
        QueryListener listener = new QueryListener("127.0.0.1", 0, engine, () -> STATUS, options);
        listeners.add(listener);
        listener.start();
        return listener;
    }

    NcClient connect() throws IOException {
        return NcClient.connect(listen().port());
    }

    static String error(String message) {
        return RED + "Error: " + message + RESET + "\n";
    }

    @AfterEach
    void stopListeners() throws IOException {
        for (QueryListener listener : listeners) {
            listener.stop();
        }
    }
}
