package io.lightraft.raft;

/** How a leader makes sure that it still is one before it answers a read (thesis §6.4). */
public enum ReadOnlyMode {
    /** A round of heartbeats confirms it; depends on no clock. */
    SAFE,
    /** It trusts the election timeout (needs check-quorum); wrong where clocks jump or drift without bound. */
    LEASE_BASED
}
