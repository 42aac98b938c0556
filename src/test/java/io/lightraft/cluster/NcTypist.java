package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Somebody who types writes into nc, and connects again when the session has ended. */
final class NcTypist implements WriteLoad.Client {

    private final int port;
    private @Nullable NcClient session;

    NcTypist(int port) {
        this.port = port;
    }

    @Override
    public Outcome insert(String table, long id) {
        NcClient nc = session;
        if (nc == null) {
            try {
                nc = new NcClient(port);
                session = nc;
            } catch (IOException nobodyThere) {
                LockSupport.parkNanos(10_000_000);
                return Outcome.NOT_DONE;
            }
        }
        String answer;
        try {
            answer = nc.ask("INSERT INTO " + table + " VALUES(" + id + ");");
        } catch (IOException ended) {
            close();
            return Outcome.UNKNOWN;
        }
        if (answer.contains("Nothing was done")) {
            return Outcome.NOT_DONE;
        }
        if (answer.contains("outcome unknown")) {
            return Outcome.UNKNOWN;
        }
        assertThat(answer).isEqualTo("1 row affected\n");
        return Outcome.DONE;
    }

    @Override
    public void close() {
        NcClient nc = session;
        session = null;
        if (nc != null) {
            try {
                nc.close();
            } catch (IOException alreadyGone) {
                // It is gone, as it should be.
            }
        }
    }
}
