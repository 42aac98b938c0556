package io.lightraft.transport;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.SerializedString;

/** The keys of a line. Short, as they are repeated in every one. */
enum WireField {
    FROM("f"),
    TO("d"),
    TERM("m"),
    LOG_TERM("lt"),
    LOG_INDEX("li"),
    COMMIT("c"),
    INDEX("i"),
    REJECT("r"),
    HINT("h"),
    HINT_TERM("ht"),
    CONTEXT("x"),
    TRANSFER("tr"),
    TRANSFEREE("te"),
    /** An array of [term, index, type, base64]. */
    ENTRIES("e"),
    /** [index, term, voters, learners, outgoing voters, next learners, auto-leave, base64]. */
    SNAPSHOT("s"),
    INCARNATION("in"),
    FIRST_NUMBER("n"),
    SETTLED("st"),
    /** An array of milliseconds. */
    PATIENCE("pa"),
    /** An array of base64. */
    COMMANDS("cm"),
    /** A string with one letter for each verdict. */
    VERDICTS("v"),
    CONTENT("co"),
    HASH("ha"),
    ENGINE("en"),
    /** One letter. */
    STANDING("sd"),
    MEMBER("mb");

    /** The key of the line's kind, which comes before all others. */
    static final SerializableString KIND_NAME = new SerializedString("t");

    private static final Map<String, WireField> BY_NAME = Stream.of(values())
            .collect(Collectors.toUnmodifiableMap(field -> field.name.getValue(), Function.identity()));

    final SerializableString name;

    WireField(String name) {
        this.name = new SerializedString(name);
    }

    static @Nullable WireField ofName(String name) {
        return BY_NAME.get(name);
    }

    int bit() {
        return 1 << ordinal();
    }
}
