package io.lightraft.transport;

import static io.lightraft.transport.WireField.*;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.SerializedString;

/** The kinds of lines, with the fields that each has: all of them, each once, and no other. */
enum WireKind {
    APPEND_ENTRIES("app", FROM, TO, TERM, LOG_TERM, LOG_INDEX, ENTRIES, COMMIT),
    APPEND_ENTRIES_RESPONSE("appr", FROM, TO, TERM, INDEX, REJECT, HINT, HINT_TERM),
    HEARTBEAT("hb", FROM, TO, TERM, COMMIT, CONTEXT),
    HEARTBEAT_RESPONSE("hbr", FROM, TO, TERM, CONTEXT),
    REQUEST_VOTE("vote", FROM, TO, TERM, LOG_TERM, LOG_INDEX, TRANSFER),
    REQUEST_VOTE_RESPONSE("voter", FROM, TO, TERM, REJECT),
    REQUEST_PRE_VOTE("pre", FROM, TO, TERM, LOG_TERM, LOG_INDEX),
    REQUEST_PRE_VOTE_RESPONSE("prer", FROM, TO, TERM, REJECT),
    INSTALL_SNAPSHOT("snap", FROM, TO, TERM, SNAPSHOT),
    READ_INDEX("read", FROM, TO, TERM, CONTEXT),
    READ_INDEX_RESPONSE("readr", FROM, TO, TERM, INDEX, CONTEXT),
    TIMEOUT_NOW("now", FROM, TO, TERM),
    COMMITTED("comm", FROM, TO, TERM, LOG_TERM, INDEX),
    TRANSFER_LEADERSHIP("xfer", FROM, TO, TERM, TRANSFEREE),
    PROPOSE("prop", FROM, TO, TERM, ENTRIES),
    PROPOSALS("cmds", INCARNATION, TERM, FIRST_NUMBER, SETTLED, PATIENCE, COMMANDS),
    VERDICTS("verd", INCARNATION, TERM, FIRST_NUMBER, WireField.VERDICTS),
    HASH("hash", CONTENT, INDEX, WireField.HASH, ENGINE),
    STATE_WANTED("want", INDEX),
    NOT_MEMBER("out", INDEX),
    PRESENCE("pres", STANDING),
    JOIN("join", INCARNATION),
    ADMISSION("adm", INCARNATION, MEMBER, TERM, INDEX);

    private static final Map<String, WireKind> BY_NAME = Stream.of(values())
            .collect(Collectors.toUnmodifiableMap(kind -> kind.name.getValue(), Function.identity()));

    final SerializableString name;
    /** One {@link WireField#bit} per field. */
    final int fields;

    WireKind(String name, WireField... fields) {
        this.name = new SerializedString(name);
        this.fields = Stream.of(fields).mapToInt(WireField::bit).reduce(0, (a, b) -> a | b);
    }

    static @Nullable WireKind ofName(String name) {
        return BY_NAME.get(name);
    }
}
