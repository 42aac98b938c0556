package io.lightraft.raft;

/**
 * What is worth knowing of the role but need not survive a restart.
 *
 * @param leaderId the leader of the current term, 0 while unknown
 */
public record SoftState(long leaderId, Role role) {}
