package io.lightraft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.Golden;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What nodes say to each other: the heads of streams and of snapshots' parts, and a line of each kind. */
class WireFormatTests {

    private static final UUID RUN = new UUID(0x0102030405060708L, 0x1112131415161718L);
    private static final List<Entry> ENTRIES = List.of(
            new Entry(3, 10, EntryType.NORMAL, new byte[] {1, 2}),
            new Entry(3, 11, EntryType.CONF_CHANGE_V2, new byte[0]));
    private static final Message.InstallSnapshot SNAPSHOT = new Message.InstallSnapshot(
            1,
            2,
            5,
            new Snapshot(
                    new SnapshotMetadata(
                            new ConfState(List.of(1L, 2L), List.of(3L), List.of(4L), List.of(5L), true), 20, 4),
                    new byte[0]));
    private static final List<Frame> FRAMES = List.of(
            raft(new Message.AppendEntries(1, 2, 5, 3, 9, ENTRIES, 8)),
            raft(new Message.AppendEntriesResponse(2, 1, 5, 9, true, 7, 2)),
            raft(new Message.Heartbeat(1, 2, 5, 8, "é\"")),
            raft(new Message.HeartbeatResponse(2, 1, 5, "x")),
            raft(new Message.RequestVote(1, 2, 5, 3, 9, true)),
            raft(new Message.RequestVoteResponse(2, 1, 5, false)),
            raft(new Message.RequestPreVote(1, 2, 5, 3, 9)),
            raft(new Message.RequestPreVoteResponse(2, 1, 5, true)),
            raft(SNAPSHOT),
            raft(new Message.ReadIndex(2, 1, 5, "x")),
            raft(new Message.ReadIndexResponse(1, 2, 5, 9, "x")),
            raft(new Message.TimeoutNow(1, 2, 5)),
            raft(new Message.Committed(1, 2, 5, 3, 9)),
            raft(new Message.TransferLeadership(1, 2, 5, 3)),
            raft(new Message.Propose(1, 2, 5, ENTRIES)),
            new Frame.Proposals(RUN, 5, 7, 6, List.of(1000L, 2000L), List.of(new byte[] {1}, new byte[] {2, 3})),
            new Frame.Verdicts(RUN, 5, 7, List.of(Frame.Verdict.values())),
            new Frame.Hash(true, 9, "5d7c", "3.53 amd64"),
            new Frame.StateWanted(9),
            new Frame.NotMember(9),
            new Frame.Presence(Frame.Standing.FORMED),
            new Frame.Join(RUN),
            new Frame.Admission(RUN, true, 5, 9));

    private final Golden golden = Golden.of("wire-1.txt");
    private final FrameCodec codec = new FrameCodec(1 << 20);

    @Test
    void theFormatIsWhatItWas() {
        Map<String, String> now = new TreeMap<>();
        StreamHead stream = new StreamHead("ünit test", 1, 2, Lane.BULK, 77, RUN, "1.0");
        now.put("stream-head", stream.toHeaders().toString());
        SnapshotHead part = new SnapshotHead("ünit test", SNAPSHOT, 5000, 0x89abcdef, 4096, 0x1234567);
        now.put("snapshot-head", part.toHeaders(codec).toString());
        for (Frame frame : FRAMES) {
            String line = line(frame);
            now.put("line-" + line.substring(6, line.indexOf('"', 6)), line);
        }
        assertThat(now).hasSize(2 + WireKind.values().length);
        golden.assertEqual(now);
    }

    @Test
    void whatThisFormatHasWrittenIsRead() throws Exception {
        for (Frame frame : FRAMES) {
            String line = line(frame);
            byte[] kept = golden.text("line-" + line.substring(6, line.indexOf('"', 6)))
                    .getBytes(StandardCharsets.US_ASCII);
            assertThat(codec.decode(kept, 0, kept.length))
                    .usingRecursiveComparison()
                    .withEqualsForType(Arrays::equals, byte[].class)
                    .isEqualTo(frame);
        }
    }

    @Test
    void aNewerNumberIsRefusedInOneLine() {
        assertThatThrownBy(() -> StreamHead.of(name -> name.equals(StreamHead.VERSION) ? "2" : null))
                .isInstanceOf(RefusedException.class)
                .hasMessage("this node speaks version 1 of the protocol between nodes, the sender 2: start the newer"
                        + " release on both");
        assertThatThrownBy(() -> SnapshotHead.of(codec, name -> name.equals("Lightraft-Snapshot-Format") ? "2" : null))
                .isInstanceOf(RefusedException.class)
                .hasMessage("this node knows version 1 of snapshots, the sender's is 2: start the newer release here");
        assertThatThrownBy(() -> StreamHead.checkVersion(name -> "2\n<h1>"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the sender 2??h1?:");
    }

    private static Frame raft(Message message) {
        return new Frame.Raft(message);
    }

    private String line(Frame frame) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        codec.encode(frame, out);
        return out.toString(StandardCharsets.US_ASCII).strip();
    }
}
