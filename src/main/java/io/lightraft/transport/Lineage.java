package io.lightraft.transport;

import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which history this node's data belong to. When a cluster goes on from the data of one node alone, as its majority was
 * lost, that is the beginning of another lineage, and nodes that were left behind may hold other entries at the same
 * places of the log. So nodes of different lineages take nothing from each other. A node without data has none yet, and
 * gets it with its first snapshot. Thread-safe.
 */
public final class Lineage {

    /** Of a cluster that was never recovered; also of a sender that says nothing about it. */
    public static final String ORIGINAL = "original";

    /** Of a node without data. */
    public static final String NONE = "none";

    static final String HEADER = "Lightraft-Lineage";

    private static final Pattern KNOWN = Pattern.compile(ORIGINAL + "|" + NONE + "|[0-9a-f-]{36}");

    private final Supplier<String> own;

    /** @param own asked at any time, on any thread: it changes when a snapshot is installed */
    public Lineage(Supplier<String> own) {
        this.own = own;
    }

    static Lineage original() {
        return new Lineage(() -> ORIGINAL);
    }

    String own() {
        return own.get();
    }

    /** @param header of a request, null when it has none */
    static String of(@Nullable String header) throws RefusedException {
        if (header != null && !KNOWN.matcher(header).matches()) {
            throw new RefusedException(400, "this is no request of a Lightraft node: bad header, " + HEADER);
        }
        return header == null ? ORIGINAL : header;
    }

    boolean fits(String theirs) {
        String ours = own.get();
        return theirs.equals(ours) || theirs.equals(NONE) || ours.equals(NONE);
    }

    /** @param from the sender's raft id */
    void check(String theirs, long from) throws RefusedException {
        if (!fits(theirs)) {
            throw new RefusedException(
                    409,
                    "the cluster was recovered from the data of one node, and this node and node " + (from - 1)
                            + " are on different sides of that (lineages " + own.get() + " and " + theirs
                            + "): stop the node that was left behind, empty its data, start it and add it to the"
                            + " members");
        }
    }
}
