package io.lightraft.server.tcp;

import io.lightraft.sql.ReadLevel;

/** What a client can set for its session with dot commands. Confined to the session. */
final class SessionSettings {

    ReadLevel readLevel;
    boolean timer;
    boolean multiline;

    SessionSettings(ReadLevel readLevel) {
        this.readLevel = readLevel;
    }
}
