package io.lightraft.raft;

/**
 * What must be on disk before a promise leaves the node (Raft, figure 2: "persistent state on all servers").
 *
 * @param vote the candidate that got this node's vote in {@code term}, 0 for nobody
 * @param commit the highest index known to be committed; losing it costs time, never safety
 */
public record HardState(long term, long vote, long commit) {

    public static final HardState EMPTY = new HardState(0, 0, 0);

    public boolean isEmpty() {
        return equals(EMPTY);
    }
}
