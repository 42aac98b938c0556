package io.lightraft.raft.quorum;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/**
 * A set of voters that decides by majority. Immutable.
 *
 * <p>The empty set agrees to everything: so one half of a {@link JointConfig} may be empty without special cases.
 */
public final class MajorityConfig implements Iterable<Long> {

    public static final MajorityConfig EMPTY = new MajorityConfig(List.of());

    private final List<Long> ids;

    private MajorityConfig(List<Long> ids) {
        this.ids = ids;
    }

    public static MajorityConfig of(Collection<Long> ids) {
        return ids.isEmpty() ? EMPTY : new MajorityConfig(List.copyOf(new TreeSet<>(ids)));
    }

    /** The voters, ascending. */
    public List<Long> ids() {
        return ids;
    }

    public boolean contains(long id) {
        return ids.contains(id);
    }

    public int size() {
        return ids.size();
    }

    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /**
     * The highest index that a majority has acknowledged (Raft, figure 2: "a majority of matchIndex[i] &gt;= N");
     * {@link Long#MAX_VALUE} for the empty set.
     *
     * @param ackedIndex the index that a voter has acknowledged, 0 when nothing is known of it
     */
    public long committedIndex(LongUnaryOperator ackedIndex) {
        int count = ids.size();
        if (count == 0) {
            return Long.MAX_VALUE;
        }
        long[] acked = new long[count];
        for (int i = 0; i < count; i++) {
            acked[i] = ackedIndex.applyAsLong(ids.get(i));
        }
        Arrays.sort(acked);
        return acked[count - majority()];
    }

    /** @param votes yes or no by voter; who has not voted is absent */
    public VoteResult voteResult(Map<Long, Boolean> votes) {
        int granted = 0;
        int missing = 0;
        for (long id : ids) {
            Boolean vote = votes.get(id);
            if (vote == null) {
                missing++;
            } else if (vote) {
                granted++;
            }
        }
        if (ids.isEmpty() || granted >= majority()) {
            return VoteResult.WON;
        }
        return granted + missing >= majority() ? VoteResult.PENDING : VoteResult.LOST;
    }

    private int majority() {
        return ids.size() / 2 + 1;
    }

    @Override
    public Iterator<Long> iterator() {
        return ids.iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MajorityConfig that && ids.equals(that.ids);
    }

    @Override
    public int hashCode() {
        return ids.hashCode();
    }

    /** Such as {@code (1 2 3)}. */
    @Override
    public String toString() {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(" ", "(", ")"));
    }
}
