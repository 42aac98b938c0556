package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.raft.Message;
import io.lightraft.raft.RaftListener;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever posts an event hears of it: it is run, or refused, whenever the loop ends. */
class EventLoopTests {

    private final EventLoop loop = new EventLoop(10);
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void driveAnIdleCore() {
        ReplicaConfig config = ReplicaConfig.of(0, List.of(new Member(0, "", "", "")), 100, 1000);
        loop.drive(new ReplicaCore<>(
                config,
                new UUID(0, 1),
                SimulatedLog.begun(),
                Begun.voters(1),
                0,
                new NoEffects(),
                RaftListener.NONE,
                () -> 0));
    }

    @Test
    void whatIsQueuedBehindAStopIsRefusedAlsoWhenItWasTakenInTheSameTurn() {
        post("before");
        loop.stop(() -> seen.add("stop"));
        post("behind");
        loop.run();
        post("after");
        assertThat(seen).containsExactly("run before", "stop", "refuse behind", "refuse after");
    }

    @Test
    void anEventThatFailsIsRefusedTogetherWithThoseBehindItButNotThoseBefore() {
        post("before");
        loop.post(
                "failing",
                () -> {
                    throw new IllegalStateException("planted");
                },
                () -> seen.add("refuse failing"));
        post("behind");
        assertThatThrownBy(loop::run).hasMessage("planted");
        loop.stop(() -> seen.add("stop"));
        assertThat(seen).containsExactly("run before", "refuse failing", "refuse behind", "stop");
    }

    private void post(String name) {
        loop.post(name, () -> seen.add("run " + name), () -> seen.add("refuse " + name));
    }

    private static final class NoEffects implements Effects {
        @Override
        public void send(long to, Frame frame) {}

        @Override
        public void store(Message.StorageAppend append) {}

        @Override
        public void apply(Message.StorageApply committed) {}
    }
}
