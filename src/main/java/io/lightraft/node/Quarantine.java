package io.lightraft.node;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node's copy of the state may be trusted. In quarantine it answers no reads and no writes, does not lead
 * and gives no snapshots; it still votes and stores the log. Thread-safe.
 */
public final class Quarantine {

    private static final Logger log = LoggerFactory.getLogger(Quarantine.class);

    private final Consumer<@Nullable String> keeper;
    private volatile @Nullable String reason;
    private volatile @Nullable String alarm;

    /**
     * @param kept the reason that a run before was put into quarantine for; null when it was not
     * @param keeper told the reason to keep over a restart, null to keep none; may write a file
     */
    public Quarantine(@Nullable String kept, Consumer<@Nullable String> keeper) {
        this.reason = kept;
        this.keeper = keeper;
        if (kept != null) {
            log.error("this node is still in quarantine: {}", kept);
        }
    }

    /** One that forgets. */
    public static Quarantine unkept() {
        return new Quarantine(null, reason -> {});
    }

    /** Why this node is in quarantine; null when it is not. */
    public @Nullable String reason() {
        return reason;
    }

    /** What is wrong in the cluster that is no proof against this node; null when nothing is. */
    public @Nullable String alarm() {
        return alarm;
    }

    /** For those who are refused. */
    public static String refusal(String reason) {
        return "this node is in quarantine: " + reason
                + " Nothing was done; use another node, until this one has been given a copy of the leader's state.";
    }

    /** Its state was replaced by a copy of that of a node that is sound. */
    public void lift() {
        if (reason != null) {
            reason = null;
            keep(null);
            log.warn("this node was rebuilt and leaves quarantine");
        }
    }

    void enter(String why) {
        if (reason == null) {
            reason = why;
            log.error("this node goes into quarantine: {}", why);
            keep(why);
        }
    }

    void alarm(@Nullable String what) {
        if (!Objects.equals(what, alarm)) {
            alarm = what;
            if (what != null) {
                log.warn("{}", what);
            } else {
                log.info("the nodes compared are equal again");
            }
        }
    }

    /** On a thread of its own: who finds a difference must not wait for a disk. */
    private void keep(@Nullable String why) {
        Thread thread = new Thread(() -> keeper.accept(why), "quarantine");
        thread.setDaemon(true);
        thread.start();
    }
}
