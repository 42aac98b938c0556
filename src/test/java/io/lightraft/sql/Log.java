package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.EntryHeader;
import io.lightraft.raft.ConfState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Committed entries for tests, numbered on from an index. */
final class Log {

    private static final UUID INCARNATION = new UUID(1, 2);

    private long index;

    Log(long lastIndex) {
        index = lastIndex;
    }

    CommittedEntry entry(Command command) {
        index++;
        EntryHeader header = new EntryHeader(1, 1_700_000_000_000L + index, index, INCARNATION, index);
        return new CommittedEntry(index, 1, header, ByteBuffer.wrap(CommandCodec.encode(command)), null);
    }

    CommittedEntry entry(String... statements) {
        return entry(command(false, statements));
    }

    CommittedEntry atomic(String... statements) {
        return entry(command(true, statements));
    }

    CommittedEntry empty(@Nullable ConfState conf) {
        return new CommittedEntry(++index, 2, null, ByteBuffer.allocate(0), conf);
    }

    static Command command(boolean atomic, String... statements) {
        return new Command(Arrays.stream(statements).map(Statement::of).toList(), atomic, null);
    }

    static List<List<StatementResult>> apply(SqliteStateMachine machine, CommittedEntry... entries) {
        return machine.apply(List.of(entries));
    }

    /** Applies one entry of non-atomic statements, right after what was applied. */
    static List<StatementResult> run(SqliteStateMachine machine, String... statements) {
        Log log = new Log(machine.applied().index());
        return machine.apply(new ArrayList<>(List.of(log.entry(statements)))).get(0);
    }
}
