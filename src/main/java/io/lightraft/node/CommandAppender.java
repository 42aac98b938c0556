package io.lightraft.node;

import io.lightraft.raft.ProposeResult;
import io.lightraft.raft.Raft;
import io.lightraft.transport.Frame.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Puts commands into the leader's log, each behind a header with what must be the same wherever it is applied: the log's
 * clock, which never goes back, and a seed. Owned by the raft loop.
 */
final class CommandAppender implements ProposalIntake.Appender {

    private final Raft raft;
    private final Fitness fitness;
    private final LongSupplier wallClockMillis;
    private final SplittableRandom random;
    private final int newestFormat;

    private long logClockMillis;

    CommandAppender(
            Raft raft, Fitness fitness, LongSupplier wallClockMillis, SplittableRandom random, int newestFormat) {
        this.raft = raft;
        this.fitness = fitness;
        this.wallClockMillis = wallClockMillis;
        this.random = random;
        this.newestFormat = newestFormat;
    }

    /** A committed entry of whatever leader: no later one may bear an earlier time. */
    void applied(EntryHeader header) {
        logClockMillis = Math.max(logClockMillis, header.clockMillis());
    }

    @Override
    public Verdict append(UUID source, long firstNumber, List<byte[]> commands) {
        if (fitness.isDiskFull()) {
            // While somebody may be taking over, the writes wait for the successor.
            return raft.leadTransferPending() || raft.isLeaving() ? Verdict.TRANSFERRING : Verdict.DISK_FULL;
        }
        if (commands.stream().anyMatch(this::isUnreadable)) {
            // Appended, it would stop every node that runs this release.
            return Verdict.UNREADABLE;
        }
        logClockMillis = Math.max(logClockMillis, wallClockMillis.getAsLong());
        List<byte[]> entries = new ArrayList<>(commands.size());
        for (int i = 0; i < commands.size(); i++) {
            entries.add(new EntryHeader(
                            EntryHeader.FORMAT_VERSION, logClockMillis, random.nextLong(), source, firstNumber + i)
                    .prepend(commands.get(i)));
        }
        ProposeResult result = raft.propose(entries);
        return switch (result.outcome()) {
            case APPENDED -> Verdict.APPENDED;
            case DROPPED_TRANSFER, DROPPED_LEAVING, DROPPED_NOT_MEMBER -> Verdict.TRANSFERRING;
            default -> Verdict.BUSY;
        };
    }

    private boolean isUnreadable(byte[] command) {
        return command.length > 0 && (command[0] & 0xff) > newestFormat;
    }
}
