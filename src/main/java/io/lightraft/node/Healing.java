package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.raft.Role;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.transport.Frame;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives a node in quarantine a sound state. What is wrong there is the state alone; log, term and vote are right and
 * stay as they are. So the node applies nothing more, asks the leader for a copy of its state, and waits until its own
 * log has on disk, and committed, all that the copy holds. Then the copy takes the place of the state, and what follows
 * in the log is applied to it. Owned by the raft loop.
 */
final class Healing {

    private static final int ASK_MILLIS = 1_000;

    /** A node that is wrong again and again must not keep the leader busy. */
    private static final int REST_MILLIS = 30_000;

    private final Raft raft;
    private final Supplier<@Nullable String> quarantine;
    private final Effects effects;
    private final int askTicks;
    private final int restTicks;
    private int ticksUntilAsked;
    private boolean applyingPaused;
    private boolean replacing;

    /** A copy that has arrived, and was not used yet. */
    private @Nullable SnapshotMetadata arrived;

    /** @param quarantine why this node's state is not to be trusted, null while it is */
    Healing(Raft raft, Supplier<@Nullable String> quarantine, Effects effects, int tickMillis) {
        this.raft = raft;
        this.quarantine = quarantine;
        this.effects = effects;
        askTicks = Math.max(1, ASK_MILLIS / tickMillis);
        restTicks = Math.max(1, REST_MILLIS / tickMillis);
    }

    /** In every tick. The copy must not be overtaken by what is applied here, so that stops first. */
    void tick() {
        boolean quarantined = quarantine.get() != null;
        ticksUntilAsked = Math.max(0, ticksUntilAsked - 1);
        if (quarantined != applyingPaused && !replacing) {
            applyingPaused = quarantined;
            ticksUntilAsked = Math.max(ticksUntilAsked, askTicks); // what is being applied is done by then
            raft.pauseApplying(quarantined);
        }
        if (!quarantined || replacing || ticksUntilAsked > 0) {
            return;
        }
        long leader = raft.leaderId();
        if (leader != 0 && leader != raft.id()) {
            ticksUntilAsked = askTicks;
            effects.send(leader, new Frame.StateWanted(raft.appliedIndex()));
        }
    }

    /** A peer wants a copy of this node's state, as of an index that is not below the given one. */
    void wanted(long peer, long leastIndex) {
        if (raft.role() == Role.LEADER && quarantine.get() == null && raft.appliedIndex() >= leastIndex) {
            effects.copyState(peer, raft.term(), leastIndex);
        }
    }

    /** A snapshot has arrived. The core is told as well, and installs it where the log does not reach so far. */
    void arrived(Message.InstallSnapshot message) {
        if (quarantine.get() != null) {
            arrived = message.snapshot().metadata();
        }
    }

    /** In every turn. */
    void look() {
        SnapshotMetadata copy = arrived;
        if (copy == null || replacing) {
            return;
        }
        if (quarantine.get() == null) {
            arrived = null; // as the core has installed it
        } else if (copy.index() < raft.appliedIndex()) {
            arrived = null; // older than what is here; to be asked for again
        } else if (applyingPaused && raft.isAhead(copy.index(), copy.term())) {
            arrived = null;
            replacing = true;
            effects.replaceState(copy);
        }
    }

    /** The end of {@link Effects#replaceState}; the caller lifts the quarantine when it was done. */
    void replaced(boolean done) {
        replacing = false;
        ticksUntilAsked = done ? restTicks : askTicks;
        if (done) {
            applyingPaused = false;
            raft.pauseApplying(false);
        }
    }
}
