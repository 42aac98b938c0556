package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader that writes at full speed and shortens its log all the time, and a follower that has to be rebuilt. */
class RebuildsTests {

    private static final int TICKS_OF_PATIENCE =
            (Rebuilds.PATIENCE_ELECTION_TIMEOUTS + 2) * SimulatedCluster.ELECTION_TIMEOUT_TICKS;

    private SimulatedCluster cluster;
    private SimulatedCluster.Node leader;
    private SimulatedCluster.Node follower;
    private int written;

    @BeforeEach
    void aFollowerIsBehindTheLog() {
        cluster = new SimulatedCluster(3, 1);
        cluster.maxDelayTicks = 1; // in order, as streams are
        leader = cluster.leader();
        follower = cluster.follower();
        follower.crash();
        write(50);
        assertThat(leader.log.firstIndex()).isGreaterThan(30);
    }

    @Test
    void whatFollowsTheSnapshotStaysUntilTheFollowerHasInstalledItAndCaughtUp() {
        startWithASlowDisk();
        write(200);
        follower.diskHangs = false;
        write(50);
        cluster.run(50);
        assertThat(follower.state).isEqualTo(leader.state);
        assertThat(leader.snapshotsSent).isEqualTo(1);
        assertThat(leader.keptLogIndex).isEqualTo(Long.MAX_VALUE);
        write(50);
        assertThat(leader.log.firstIndex()).isGreaterThan(written - 30);
    }

    @Test
    void aFollowerThatComesBackInTheMidstOfItGoesOnWithTheSameSnapshot() {
        startWithASlowDisk();
        write(50);
        follower.diskHangs = false;
        for (int tick = 0; tick < 100 && follower.log.firstIndex() < 30; tick++) {
            cluster.run(1);
        }
        follower.crash();
        write(100);
        follower.start();
        write(50);
        cluster.run(50);
        assertThat(follower.state).isEqualTo(leader.state);
        assertThat(leader.snapshotsSent).isEqualTo(1);
    }

    @Test
    void nothingIsKeptForAFollowerThatNeverComesBack() {
        startWithASlowDisk();
        follower.crash();
        cluster.run(TICKS_OF_PATIENCE);
        assertThat(leader.keptLogIndex).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void nothingIsKeptByALeaderThatHasLostItsOffice() {
        startWithASlowDisk();
        cluster.isolate(leader.member.raftId());
        cluster.run(3 * SimulatedCluster.ELECTION_TIMEOUT_TICKS);
        assertThat(leader.status().role()).isNotEqualTo("LEADER");
        assertThat(leader.keptLogIndex).isEqualTo(Long.MAX_VALUE);
    }

    /** It has the snapshot, and does not get it to its disk. */
    private void startWithASlowDisk() {
        follower.start();
        for (int tick = 0; tick < 500 && leader.snapshotsSent == 0; tick++) {
            cluster.run(1);
        }
        follower.diskHangs = true;
        assertThat(leader.snapshotsSent).isEqualTo(1);
        assertThat(leader.keptLogIndex).isLessThan(Long.MAX_VALUE);
    }

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            leader.propose("w" + ++written, 1000);
            cluster.run(2);
            leader.compactLog();
        }
    }
}
