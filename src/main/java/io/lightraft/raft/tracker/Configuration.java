package io.lightraft.raft.tracker;

import io.lightraft.raft.quorum.JointConfig;
import io.lightraft.raft.quorum.MajorityConfig;

/**
 * Who votes and who only learns.
 *
 * @param learners never voters of either half
 * @param learnersNext voters of the outgoing half that become learners once it is left: until then they vote, and
 *     nobody is both
 * @param autoLeave whether the leader leaves the joint configuration by itself
 */
public record Configuration(
        JointConfig voters, MajorityConfig learners, MajorityConfig learnersNext, boolean autoLeave) {

    public static final Configuration EMPTY =
            new Configuration(JointConfig.EMPTY, MajorityConfig.EMPTY, MajorityConfig.EMPTY, false);

    public boolean isJoint() {
        return voters.isJoint();
    }

    /** Such as {@code voters=(1 2)&&(1) learners=(3) learners_next=(4) autoleave}. */
    @Override
    public String toString() {
        return "voters=" + voters
                + (learners.isEmpty() ? "" : " learners=" + learners)
                + (learnersNext.isEmpty() ? "" : " learners_next=" + learnersNext)
                + (autoLeave ? " autoleave" : "");
    }
}
