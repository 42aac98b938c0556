package io.lightraft.transport;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/** Frames of every kind with values from all corners of their ranges. */
final class RandomFrames {

    private final Random random;
    private final List<Supplier<Frame>> kinds = List.of(
            () -> raft(new Message.AppendEntries(n(), n(), n(), n(), n(), list(this::entry), n())),
            () -> raft(new Message.AppendEntriesResponse(n(), n(), n(), n(), bool(), n(), n())),
            () -> raft(new Message.Heartbeat(n(), n(), n(), n(), text())),
            () -> raft(new Message.HeartbeatResponse(n(), n(), n(), text())),
            () -> raft(new Message.RequestVote(n(), n(), n(), n(), n(), bool())),
            () -> raft(new Message.RequestVoteResponse(n(), n(), n(), bool())),
            () -> raft(new Message.RequestPreVote(n(), n(), n(), n(), n())),
            () -> raft(new Message.RequestPreVoteResponse(n(), n(), n(), bool())),
            () -> raft(new Message.InstallSnapshot(n(), n(), n(), snapshot())),
            () -> raft(new Message.ReadIndex(n(), n(), n(), text())),
            () -> raft(new Message.ReadIndexResponse(n(), n(), n(), n(), text())),
            () -> raft(new Message.TimeoutNow(n(), n(), n())),
            () -> raft(new Message.Committed(n(), n(), n(), n(), n())),
            () -> raft(new Message.TransferLeadership(n(), n(), n(), n())),
            () -> raft(new Message.Propose(n(), n(), n(), list(this::entry))),
            this::proposals,
            () -> new Frame.Verdicts(uuid(), n(), n(), list(this::verdict)),
            () -> new Frame.NotMember(n()),
            () -> new Frame.Hash(bool(), n(), text(), text()),
            () -> new Frame.Presence(standing()),
            () -> new Frame.Join(uuid()),
            () -> new Frame.Admission(uuid(), bool(), n(), n()));

    RandomFrames(long seed) {
        this.random = new Random(seed);
    }

    int kinds() {
        return kinds.size();
    }

    Frame next(int kind) {
        return kinds.get(kind).get();
    }

    private Frame proposals() {
        List<byte[]> commands = list(this::data);
        return new Frame.Proposals(
                uuid(), n(), n(), n(), commands.stream().map(command -> n()).toList(), commands);
    }

    private static Frame raft(Message message) {
        return new Frame.Raft(message);
    }

    private long n() {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE;
            case 2 -> Long.MIN_VALUE;
            case 3 -> random.nextLong();
            default -> random.nextInt(1000);
        };
    }

    private Frame.Standing standing() {
        return Frame.Standing.values()[random.nextInt(Frame.Standing.values().length)];
    }

    private boolean bool() {
        return random.nextBoolean();
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private Frame.Verdict verdict() {
        return Frame.Verdict.values()[random.nextInt(Frame.Verdict.values().length)];
    }

    private Entry entry() {
        return new Entry(n(), n(), EntryType.values()[random.nextInt(EntryType.values().length)], data());
    }

    private byte[] data() {
        byte[] data = new byte[random.nextInt(50) == 0 ? random.nextInt(100_000) : random.nextInt(300)];
        random.nextBytes(data);
        return data;
    }

    /** Control characters, quotes, line feeds, surrogate pairs and halves of them included. */
    private String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(4)) {
                case 0 -> text.append((char) random.nextInt(128));
                case 1 -> text.append((char) random.nextInt(0x10000));
                case 2 -> text.appendCodePoint(0x1F600 + random.nextInt(60));
                default -> text.append("\"\\\n\r\t/\u2028ä".charAt(random.nextInt(8)));
            }
        }
        return text.toString();
    }

    private Snapshot snapshot() {
        ConfState conf = new ConfState(list(this::n), list(this::n), list(this::n), list(this::n), bool());
        return new Snapshot(new SnapshotMetadata(conf, n(), n()), data());
    }

    private <T> List<T> list(Supplier<T> item) {
        List<T> list = new ArrayList<>();
        int size = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
        for (int i = 0; i < size; i++) {
            list.add(item.get());
        }
        return list;
    }
}
