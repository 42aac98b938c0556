package io.lightraft.raft;

import java.util.List;
import java.util.TreeSet;

/**
 * The membership as of one index. Lists are sorted ascending and hold raft ids (the node's index + 1).
 *
 * @param votersOutgoing the voters of the configuration that is being left; empty unless the configuration is joint
 * @param learnersNext voters of the outgoing configuration that become learners when the joint configuration is left
 * @param autoLeave whether the leader proposes to leave the joint configuration by itself
 */
public record ConfState(
        List<Long> voters, List<Long> learners, List<Long> votersOutgoing, List<Long> learnersNext, boolean autoLeave) {

    public static final ConfState EMPTY = new ConfState(List.of(), List.of(), List.of(), List.of(), false);

    public ConfState {
        voters = sorted(voters);
        learners = sorted(learners);
        votersOutgoing = sorted(votersOutgoing);
        learnersNext = sorted(learnersNext);
    }

    private static List<Long> sorted(List<Long> ids) {
        return List.copyOf(new TreeSet<>(ids));
    }

    public static ConfState ofVoters(List<Long> voters) {
        return new ConfState(voters, List.of(), List.of(), List.of(), false);
    }
}
