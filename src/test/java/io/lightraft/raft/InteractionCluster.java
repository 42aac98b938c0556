package io.lightraft.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Nodes, and the messages between them that are under way. */
final class InteractionCluster {

    final List<InteractionNode> nodes = new ArrayList<>();
    private final InteractionOutput output;
    private List<Message> messages = new ArrayList<>();

    InteractionCluster(InteractionOutput output) {
        this.output = output;
    }

    InteractionNode node(long id) {
        return nodes.get((int) id - 1);
    }

    void addNodes(int count, RaftConfig.Builder[] configs, Snapshot snapshot) {
        for (int i = 0; i < count; i++) {
            MemoryLogStorage storage = new MemoryLogStorage();
            if (!snapshot.isEmpty()) {
                storage.install(snapshot);
            }
            nodes.add(new InteractionNode(configs[i].build(), storage, snapshot));
        }
    }

    void processReady(InteractionNode node) {
        Ready ready = node.raft.ready();
        output.print(Describe.ready(ready));
        boolean async = node.config.asyncStorageWrites();
        if (!async) {
            node.append(ready.hardState(), ready.entries(), ready.snapshot());
            node.apply(ready.committedEntries());
        }
        for (Message message : ready.messages()) {
            if (message instanceof Message.StorageAppend append) {
                node.appendWork.add(append);
            } else if (message instanceof Message.StorageApply apply) {
                node.applyWork.add(apply);
            } else {
                messages.add(message);
            }
        }
        if (!async) {
            node.raft.advance(ready);
        }
    }

    void processAppendThread(InteractionNode node) {
        if (node.appendWork.isEmpty()) {
            output.print("no append work to perform");
            return;
        }
        Message.StorageAppend work = node.appendWork.remove();
        output.println("Processing:\n" + Describe.messageWithoutResponses(work));
        node.append(work.hardState(), work.entries(), work.snapshot());
        respond(work.responses());
    }

    void processApplyThread(InteractionNode node) {
        if (node.applyWork.isEmpty()) {
            output.print("no apply work to perform");
            return;
        }
        Message.StorageApply work = node.applyWork.remove();
        output.println("Processing:\n" + Describe.messageWithoutResponses(work));
        node.apply(work.entries());
        respond(work.responses());
    }

    private void respond(List<Message> responses) {
        output.println("Responses:");
        responses.forEach(response -> output.println(Describe.message(response)));
        messages.addAll(responses);
    }

    void send(Message message) {
        messages.add(message);
    }

    /** @return how many messages there were */
    int deliver(long to, Predicate<Message> which) {
        List<Message> taken = take(message -> message.to() == to && which.test(message));
        for (Message message : taken) {
            output.println(Describe.message(message));
            switch (node(to).raft.step(message)) {
                case UNKNOWN_PEER -> output.println("raft: cannot step as peer not found");
                case REFUSED -> output.println("raft: cannot step raft local message");
                case PROPOSAL_DROPPED -> output.println("raft proposal dropped");
                case TAKEN -> {}
            }
        }
        return taken.size();
    }

    /** Messages of a node to itself never get lost. */
    int drop(long to, Predicate<Message> which) {
        List<Message> taken = take(message -> message.to() == to && !isLocal(message) && which.test(message));
        taken.forEach(message -> output.println("dropped: " + Describe.message(message)));
        return taken.size();
    }

    private static boolean isLocal(Message message) {
        return message.from() == message.to()
                || message.from() == Message.APPEND_THREAD
                || message.from() == Message.APPLY_THREAD;
    }

    private List<Message> take(Predicate<Message> which) {
        List<Message> taken = new ArrayList<>();
        List<Message> left = new ArrayList<>();
        messages.forEach(message -> (which.test(message) ? taken : left).add(message));
        messages = left;
        return taken;
    }

    /** Until nothing more happens among these nodes. */
    void stabilize(List<InteractionNode> among) {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (InteractionNode node : among) {
                if (node.raft.hasReady()) {
                    output.println("> " + node.id() + " handling Ready");
                    output.indented(() -> processReady(node));
                    busy = true;
                }
            }
            for (InteractionNode node : among) {
                if (messages.stream().anyMatch(message -> message.to() == node.id())) {
                    output.println("> " + node.id() + " receiving messages");
                    output.indented(() -> deliver(node.id(), message -> true));
                    busy = true;
                }
            }
            for (InteractionNode node : among) {
                if (!node.appendWork.isEmpty()) {
                    output.println("> " + node.id() + " processing append thread");
                    while (!node.appendWork.isEmpty()) {
                        output.indented(() -> processAppendThread(node));
                    }
                    busy = true;
                }
            }
            for (InteractionNode node : among) {
                if (!node.applyWork.isEmpty()) {
                    output.println("> " + node.id() + " processing apply thread");
                    while (!node.applyWork.isEmpty()) {
                        output.indented(() -> processApplyThread(node));
                    }
                    busy = true;
                }
            }
        }
    }
}
