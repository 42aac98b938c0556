package io.lightraft.raft;

/**
 * A read that was confirmed: whoever asked with {@code context} may read as soon as {@code index} is applied here
 * (thesis §6.4).
 */
public record ReadState(long index, String context) {}
