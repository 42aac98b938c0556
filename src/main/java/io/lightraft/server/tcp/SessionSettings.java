package io.lightraft.server.tcp;

import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a client can set for its session with dot commands. Confined to the session. */
final class SessionSettings {

    ReadLevel readLevel;

    /** For level none; null = any. */
    @Nullable
    Freshness freshness;

    boolean timer;
    boolean multiline;

    SessionSettings(ReadLevel readLevel) {
        this.readLevel = readLevel;
    }

    ReadOptions readOptions(Duration timeout) {
        return new ReadOptions(readLevel, freshness == null ? null : freshness.duration(), timeout);
    }
}
