package io.lightraft.node;

import io.lightraft.transport.Frame;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two {@link ProposalOrigin}s of a node: one for plain commands, and one, under a name of its own, for those of
 * transactions, whose numbers don't have to wait for plain ones that stand in the {@link WriteLine}. Owned by the raft
 * loop.
 */
final class ProposalOrigins<R> {

    /** Makes one of them. */
    interface Maker<R> {
        ProposalOrigin<R> make(UUID incarnation, boolean once);
    }

    private final ProposalOrigin<R> plain;
    private final ProposalOrigin<R> once;
    private final List<ProposalOrigin<R>> both;

    ProposalOrigins(UUID incarnation, Maker<R> maker) {
        plain = maker.make(incarnation, false);
        once = maker.make(onceIncarnation(incarnation), true);
        both = List.of(plain, once);
    }

    static UUID onceIncarnation(UUID incarnation) {
        return new UUID(~incarnation.getMostSignificantBits(), ~incarnation.getLeastSignificantBits());
    }

    void propose(Pending<R> pending) {
        plain.propose(pending);
    }

    void proposeOnce(Pending<R> pending) {
        once.propose(pending);
    }

    void verdicts(Frame.Verdicts frame) {
        each(origin -> origin.verdicts(frame));
    }

    void applied(long term, @Nullable EntryHeader header, @Nullable R result) {
        each(origin -> origin.applied(term, header, result));
    }

    void snapshotInstalled() {
        each(ProposalOrigin::snapshotInstalled);
    }

    void leaderIs(long term, long leader) {
        each(origin -> origin.leaderIs(term, leader));
    }

    void flush() {
        each(ProposalOrigin::flush);
    }

    void resend() {
        each(ProposalOrigin::resend);
    }

    void resendIfStuck() {
        each(ProposalOrigin::resendIfStuck);
    }

    void expire(long nowMillis) {
        each(origin -> origin.expire(nowMillis));
    }

    void stop(String reason) {
        each(origin -> origin.stop(reason));
    }

    boolean isIdle() {
        return plain.isIdle() && once.isIdle();
    }

    private void each(Consumer<ProposalOrigin<R>> action) {
        both.forEach(action);
    }
}
