package io.lightraft.config;

import io.lightraft.node.QuorumRecovery;
import io.lightraft.node.SnapshotFiles;
import io.lightraft.raft.ConfState;
import io.lightraft.sql.SqliteStateCopy;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code recover --node.index=I [--yes]}: makes node I, which does not run, the only member of the cluster, as the
 * majority is lost for good. Without {@code --yes} it only tells what it would do, and what may be lost.
 */
public final class RecoverCommand {

    public static final String NAME = "recover";

    private static final String YES = "--yes";
    private static final int ONLY_TOLD = 2;

    private final PrintStream out;
    private final PrintStream errors;

    public RecoverCommand(PrintStream out, PrintStream errors) {
        this.out = out;
        this.errors = errors;
    }

    /** @return the exit code: 0 when it was done, 1 when it could not be, with the reason printed, 2 when it was told */
    public int run(String[] arguments, UnaryOperator<@Nullable String> properties) {
        List<String> others = new ArrayList<>(List.of(arguments));
        others.remove(NAME);
        boolean confirmed = others.remove(YES);
        return new OfflineRun("not recovered", errors)
                .run(
                        () -> OfflineNode.of(NAME, others.toArray(String[]::new), properties),
                        node -> recover(node, confirmed));
    }

    private int recover(OfflineNode node, boolean confirmed) throws IOException, InterruptedException {
        DriverConfig driver = node.cluster().driver();
        Path quarantine = driver.quarantine(node.index());
        try (DurableLog log = node.openLog()) {
            if (Files.exists(quarantine)) {
                throw new StartupException("node " + node.index() + " is in quarantine ("
                        + Files.readString(quarantine).strip()
                        + "): its data differ from what a majority had. Recover another node; if none is left, remove "
                        + quarantine + " first");
            }
            try (SqliteStateMachine state =
                    SqliteStateMachine.open(node.database(), node.cluster().seed())) {
                QuorumRecovery recovery = new QuorumRecovery(
                        log,
                        SnapshotFiles.open(driver.snapshots(node.index())),
                        state,
                        state,
                        new SqliteStateCopy(state.limits()));
                if (recovery.isDone(node.node().member())) {
                    out.println("node " + node.index() + " is the only voter already. Start it; other nodes are added"
                            + " with POST /admin/members.");
                    return OfflineRun.DONE;
                }
                QuorumRecovery.Plan plan = recovery.plan(node.node().member(), UUID.randomUUID());
                if (plan.lastIndex() == 0) {
                    throw new StartupException("node " + node.index()
                            + " holds no entry at all: there is nothing to recover. Pick a node that has data");
                }
                tell(node, plan);
                if (!confirmed) {
                    out.println("Nothing was changed. To do it, give the same command with " + YES + ".");
                    return ONLY_TOLD;
                }
                recovery.carryOut(plan);
                out.println("Done. Start node " + node.index() + "; then empty the data of every other node, start it"
                        + " and add it: POST /admin/members {\"nodeId\":N}.");
                return OfflineRun.DONE;
            }
        }
    }

    private void tell(OfflineNode node, QuorumRecovery.Plan plan) {
        int index = node.index();
        out.println("node " + index + " of cluster " + node.cluster().name() + ", data at " + node.database());
        out.println("  last entry of its log:   term " + plan.lastTerm() + ", index " + plan.lastIndex());
        out.println("  known as committed:      up to index " + plan.committed());
        out.println("  applied to its database: up to index " + plan.before().index());
        out.println("  members now:             " + members(plan.before().confState()));
        out.println("  members afterwards:      node " + index + " alone, from index "
                + plan.after().index() + ", term " + plan.after().term() + " on");
        out.println("All entries of its log are kept. Of the last " + (plan.lastIndex() - plan.committed())
                + " it does not know whether they were committed; they are from now on.");
        out.println("What may be lost: every write that the other nodes acknowledged and this one never had. If several"
                + " nodes are left, give this command for each, and recover the one whose last entry has the highest"
                + " term, and of those the highest index.");
        out.println("Do this only when a majority of the members never comes back: started with their old data, they"
                + " would go on as the old cluster, beside this one.");
    }

    private static String members(ConfState members) {
        String voters = list(Stream.concat(members.voters().stream(), members.votersOutgoing().stream()));
        String learners = list(Stream.concat(members.learners().stream(), members.learnersNext().stream()));
        return "voters " + voters + (learners.isEmpty() ? "" : "; learners " + learners);
    }

    private static String list(Stream<Long> raftIds) {
        return raftIds.distinct()
                .sorted(Comparator.naturalOrder())
                .map(id -> Long.toString(id - 1))
                .collect(Collectors.joining(", "));
    }
}
