package io.lightraft.raft;

import io.lightraft.raft.DataDrivenFile.Argument;
import io.lightraft.raft.DataDrivenFile.Command;
import io.lightraft.raft.DataDrivenFile.Directive;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Transition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The commands of etcd's interaction tests, against a cluster of our cores. */
final class InteractionCommands {

    private static final int ELECTION_TICKS = 3;

    private final InteractionOutput output = new InteractionOutput();
    private final InteractionCluster cluster = new InteractionCluster(output);

    /** An error as etcd words it, which the test data expects. */
    private static final class CommandFailed extends RuntimeException {
        CommandFailed(String message) {
            super(message);
        }
    }

    String answer(Directive directive) {
        try {
            if (directive.command().name().equals("propose-conf-change")) {
                proposeConfChange(directive.command(), directive.input());
            } else {
                run(directive.command());
                // Further commands may follow, one on a line.
                directive.input().lines().map(DataDrivenFile::parseCommand).forEach(this::runFurther);
            }
        } catch (CommandFailed e) {
            output.printError(e.getMessage());
        }
        String text = output.take();
        return text.isEmpty() ? "ok" : text;
    }

    private void runFurther(Command command) {
        try {
            run(command);
        } catch (CommandFailed e) {
            output.printError(e.getMessage());
        }
    }

    private void run(Command command) {
        switch (command.name()) {
            case "_breakpoint" -> {}
            case "log-level" -> output.level(command.arguments().get(0).key());
            case "add-nodes" -> addNodes(command);
            case "campaign" -> first(command).raft.campaign();
            case "propose" -> propose(command);
            case "process-ready" -> each(command, "handling Ready", cluster::processReady);
            case "process-append-thread" -> each(command, "processing append thread", cluster::processAppendThread);
            case "process-apply-thread" -> each(command, "processing apply thread", cluster::processApplyThread);
            case "deliver-msgs" -> deliverMessages(command);
            case "stabilize" -> stabilize(command);
            case "tick-election" -> tick(first(command), ELECTION_TICKS);
            case "tick-heartbeat" -> tick(first(command), 1);
            case "transfer-leadership" ->
                cluster.node(Long.parseLong(command.values("from").get(0)))
                        .raft
                        .transferLeadership(Long.parseLong(command.values("to").get(0)));
            case "forget-leader" -> first(command).raft.forgetLeader();
            case "compact" -> {
                first(command).storage.compactTo(command.numbers().get(1));
                raftLog(first(command));
            }
            case "send-snapshot" -> sendSnapshot(command);
            case "raft-log" -> raftLog(first(command));
            case "raft-state" -> cluster.nodes.forEach(this::raftState);
            case "status" ->
                first(command).raft.status().peers().forEach((id, peer) -> output.print(Describe.peer(id, peer)));
            case "report-unreachable" ->
                first(command).raft.reportUnreachable(command.numbers().get(1));
            case "set-randomized-election-timeout" ->
                first(command)
                        .raft
                        .setRandomizedElectionTimeout(
                                Integer.parseInt(command.values("timeout").get(0)));
            default -> throw new CommandFailed("unknown command");
        }
    }

    private InteractionNode first(Command command) {
        return cluster.node(command.numbers().get(0));
    }

    private List<InteractionNode> named(Command command) {
        return command.numbers().stream().map(cluster::node).collect(Collectors.toList());
    }

    private void each(Command command, String what, Consumer<InteractionNode> action) {
        List<InteractionNode> nodes = named(command);
        for (InteractionNode node : nodes) {
            if (nodes.size() == 1) {
                action.accept(node);
            } else {
                output.println("> " + node.id() + " " + what);
                output.indented(() -> action.accept(node));
            }
        }
    }

    private static void tick(InteractionNode node, int ticks) {
        for (int i = 0; i < ticks; i++) {
            node.raft.tick();
        }
    }

    private void addNodes(Command command) {
        int count = command.numbers().get(0);
        Snapshot snapshot = startSnapshot(command);
        RaftConfig.Builder[] configs = new RaftConfig.Builder[count];
        for (int i = 0; i < count; i++) {
            configs[i] = config(cluster.nodes.size() + 1 + i, snapshot);
            for (Argument argument : command.arguments()) {
                for (String value : argument.values()) {
                    configure(configs[i], argument.key(), value);
                }
            }
        }
        cluster.addNodes(count, configs, snapshot);
    }

    private static Snapshot startSnapshot(Command command) {
        List<Long> voters = longs(command.values("voters"));
        List<Long> learners = longs(command.values("learners"));
        ConfState confState = new ConfState(voters, learners, List.of(), List.of(), false);
        List<Long> index = longs(command.values("index"));
        byte[] content = String.join("", command.values("content")).getBytes(StandardCharsets.UTF_8);
        return index.isEmpty()
                ? Snapshot.EMPTY
                : new Snapshot(new SnapshotMetadata(confState, index.get(0), 1), content);
    }

    private static List<Long> longs(List<String> values) {
        return values.stream().map(Long::valueOf).collect(Collectors.toList());
    }

    /** No limits, as the test data takes for granted. */
    private static RaftConfig.Builder config(long id, Snapshot snapshot) {
        return RaftConfig.builder(id)
                .electionTimeoutTicks(ELECTION_TICKS)
                .heartbeatTicks(1)
                .maxSizePerMessageBytes(Long.MAX_VALUE)
                .maxCommittedSizePerReadyBytes(Long.MAX_VALUE)
                .maxUncommittedBytes(Long.MAX_VALUE)
                .maxInflightMessages(Integer.MAX_VALUE)
                .asyncStorageWrites(false)
                .checkQuorum(false)
                .preVote(false)
                .disableProposalForwarding(false)
                .stepDownOnRemoval(false)
                .liveAfterChanges(false)
                .appliedIndex(snapshot.metadata().index())
                .confState(snapshot.metadata().confState());
    }

    private static void configure(RaftConfig.Builder config, String key, String value) {
        switch (key) {
            case "voters", "learners", "index", "content" -> {}
            case "inflight" -> config.maxInflightMessages(Integer.parseInt(value));
            case "async-storage-writes" -> config.asyncStorageWrites(Boolean.parseBoolean(value));
            case "prevote" -> config.preVote(Boolean.parseBoolean(value));
            case "checkquorum" -> config.checkQuorum(Boolean.parseBoolean(value));
            case "max-committed-size-per-ready" -> config.maxCommittedSizePerReadyBytes(Long.parseLong(value));
            case "disable-conf-change-validation" -> config.disableConfChangeValidation(Boolean.parseBoolean(value));
            case "step-down-on-removal" -> config.stepDownOnRemoval(Boolean.parseBoolean(value));
            case "read-only" ->
                config.readOnlyMode(value.equals("lease-based") ? ReadOnlyMode.LEASE_BASED : ReadOnlyMode.SAFE);
            default -> throw new CommandFailed("unknown option " + key);
        }
    }

    private void propose(Command command) {
        InteractionNode node =
                cluster.node(Long.parseLong(command.arguments().get(0).key()));
        byte[] data = command.arguments().get(1).key().getBytes(StandardCharsets.UTF_8);
        complainIfDropped(node.raft.propose(List.of(data)));
    }

    private static void complainIfDropped(ProposeResult result) {
        if (result.isDropped()) {
            throw new CommandFailed("raft proposal dropped");
        }
    }

    private void proposeConfChange(Command command, String input) {
        Transition transition = switch (String.join("", command.values("transition"))) {
            case "", "auto" -> Transition.AUTO;
            case "implicit" -> Transition.JOINT_IMPLICIT;
            case "explicit" -> Transition.JOINT_EXPLICIT;
            default -> throw new CommandFailed("unknown transition");
        };
        List<ConfChange.Change> changes = Describe.parseChanges(input);
        boolean legacy = command.values("v1").contains("true");
        if (legacy && (changes.size() > 1 || transition != Transition.AUTO)) {
            throw new CommandFailed("v1 conf change can only have one operation and no transition");
        }
        ConfChange change = legacy
                ? ConfChange.legacy(changes.get(0).kind(), changes.get(0).nodeId())
                : ConfChange.of(transition, changes);
        complainIfDropped(first(command).raft.proposeConfChange(change));
    }

    private void deliverMessages(Command command) {
        List<String> types = command.values("type");
        Predicate<Message> which = message -> types.isEmpty() || types.contains(Describe.type(message));
        int handled = 0;
        for (Argument argument : command.arguments()) {
            if (argument.values().isEmpty()) {
                handled += cluster.deliver(Long.parseLong(argument.key()), which);
            } else if (argument.key().equals("drop")) {
                for (String to : argument.values()) {
                    handled += cluster.drop(Long.parseLong(to), which);
                }
            }
        }
        if (handled == 0) {
            output.println("no messages");
        }
    }

    private void stabilize(Command command) {
        String before = output.level();
        command.values("log-level").forEach(output::level);
        cluster.stabilize(command.numbers().isEmpty() ? cluster.nodes : named(command));
        output.level(before);
    }

    private void sendSnapshot(Command command) {
        InteractionNode from = first(command);
        Message message = new Message.InstallSnapshot(
                from.id(), command.numbers().get(1), from.raft.term(), from.newestSnapshot());
        cluster.send(message);
        output.print(Describe.message(message));
    }

    private void raftLog(InteractionNode node) {
        if (node.storage.all().isEmpty()) {
            output.print("log is empty: first index=" + node.storage.firstIndex() + ", last index="
                    + node.storage.lastIndex());
        } else {
            output.print(Describe.entries(node.storage.all()));
        }
    }

    private void raftState(InteractionNode node) {
        RaftStatus status = node.raft.status();
        boolean voter = status.confState().voters().contains(status.id())
                || status.confState().votersOutgoing().contains(status.id());
        output.println(status.id() + ": " + Describe.role(status.role()) + (voter ? " (Voter)" : " (Non-Voter)")
                + " Term:" + status.hardState().term() + " Lead:" + status.leaderId());
    }
}
