package io.lightraft.node;

import io.lightraft.raft.Raft;
import io.lightraft.raft.Role;
import io.lightraft.transport.Frame;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of commands through a node: as their origin it decides what became of them ({@link ProposalOrigin}), and as
 * the leader it takes those of all nodes in ({@link WriteLine}, {@link ProposalIntake}). Its own go the way of any
 * other's. Owned by the raft loop.
 */
final class Proposals<R> {

    private final Raft raft;
    private final Effects effects;
    private final CommandAppender appender;
    private final ProposalOrigins<R> origins;
    private final WriteLine line;
    private final BooleanSupplier outside;
    private long nowMillis;

    /**
     * @param whyNoLeader in words, for those who wait
     * @param outside whether this node is no member, and so will not see what becomes of a proposal
     */
    Proposals(
            ReplicaConfig config,
            UUID incarnation,
            Raft raft,
            long appliedIndex,
            Effects effects,
            CommandAppender appender,
            Supplier<String> whyNoLeader,
            BooleanSupplier outside) {
        this.raft = raft;
        this.outside = outside;
        this.effects = effects;
        this.appender = appender;
        this.origins = new ProposalOrigins<>(
                incarnation,
                (name, once) -> new ProposalOrigin<>(
                        name, once, config.maxPendingProposals(), config.maxPendingBytes(), this::send, whyNoLeader));
        this.line = new WriteLine(
                new ProposalIntake(appender),
                this::answer,
                raft::lastIndex,
                term -> raft.role() == Role.LEADER && raft.term() == term,
                appliedIndex);
    }

    void now(long millis) {
        nowMillis = millis;
    }

    void propose(Pending<R> pending) {
        if (!refusedOutside(pending)) {
            origins.propose(pending);
        }
    }

    void proposeOnce(Pending<R> pending) {
        if (!refusedOutside(pending)) {
            origins.proposeOnce(pending);
        }
    }

    private boolean refusedOutside(Pending<R> pending) {
        return outside.getAsBoolean()
                && pending.future.completeExceptionally(new ReplicaException.NoLeader(
                        "this node was removed from the cluster. Nothing was done; connect to one that is a member."));
    }

    void requestTurn(WriteTurn turn) {
        if (raft.role() == Role.LEADER) {
            line.request(turn, raft.term());
        } else {
            turn.granted.completeExceptionally(new ReplicaException.NoLeader("the leader changed"));
        }
    }

    void giveBack(WriteTurn turn) {
        line.giveBack(turn);
    }

    void received(long from, Frame.Proposals frame) {
        Frame.Verdicts verdicts = accept(from, frame);
        if (verdicts != null) {
            answer(from, verdicts);
        }
    }

    void received(Frame.Verdicts verdicts) {
        origins.verdicts(verdicts);
    }

    void applied(AppliedEntry<R> entry) {
        if (entry.header() != null) {
            appender.applied(entry.header());
        }
        origins.applied(entry.term(), entry.header(), entry.result());
        line.applied(entry.index());
    }

    void snapshotInstalled() {
        origins.snapshotInstalled();
    }

    void leaderIs(long term, long leader) {
        line.lose();
        origins.leaderIs(term, leader);
    }

    void flush() {
        origins.flush();
    }

    void resend() {
        origins.resend();
    }

    void resendIfStuck() {
        origins.resendIfStuck();
    }

    void expire() {
        origins.expire(nowMillis);
        line.expire(nowMillis);
    }

    boolean isIdle() {
        return origins.isIdle();
    }

    void stop(String reason) {
        line.lose();
        origins.stop(reason);
    }

    /** @param frame with deadlines in the place of the patience */
    private void send(long leader, Frame.Proposals frame) {
        Frame.Proposals asked = frame.asOf(nowMillis);
        if (leader == raft.id()) {
            received(leader, asked);
        } else {
            effects.send(leader, asked);
        }
    }

    private Frame.@Nullable Verdicts accept(long from, Frame.Proposals frame) {
        return raft.role() == Role.LEADER ? line.accept(from, frame, raft.term(), nowMillis) : null;
    }

    private void answer(long to, Frame.Verdicts verdicts) {
        if (to == raft.id()) {
            origins.verdicts(verdicts);
        } else {
            effects.send(to, verdicts);
        }
    }
}
