package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.Golden;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the entries of the log before a command, in changes of the members, and in the snapshots' marker. */
class EntryFormatTests {

    private static final EntryHeader HEADER =
            new EntryHeader(1, 1_790_000_000_123L, -77, new UUID(0x0102030405060708L, 0x1112131415161718L), 9);
    private static final Member MEMBER = new Member(3, "10.0.0.4:6453", "10.0.0.4:56453", "[::1]:4001");
    private static final ConfChange CHANGE = new ConfChange(
            false,
            Transition.AUTO,
            List.of(new Change(Kind.ADD_LEARNER, 4), new Change(Kind.REMOVE, 2), new Change(Kind.ADD_VOTER, 3)),
            MemberCodec.encode(List.of(MEMBER)));

    @TempDir
    Path directory;

    private final Golden golden = Golden.of("entries-1.txt");

    @Test
    void theFormatIsWhatItWas() throws Exception {
        Map<String, String> now = new TreeMap<>();
        now.put("entry-header", Golden.hex(HEADER.prepend(new byte[] {1, 2})));
        now.put("member-change", Golden.hex(CHANGE.encode()));
        SnapshotFiles.open(directory).begin(new SnapshotMetadata(ConfState.EMPTY, 20, 3));
        now.put(
                "installing-marker",
                Files.readString(directory.resolve("installing")).strip());
        golden.assertEqual(now);
    }

    @Test
    void whatThisFormatHasWrittenIsRead() throws Exception {
        assertThat(EntryHeader.of(golden.bytes("entry-header"))).isEqualTo(HEADER);
        ConfChange change = ConfChange.decode(new Entry(1, 1, EntryType.CONF_CHANGE_V2, golden.bytes("member-change")));
        assertThat(change.changes()).isEqualTo(CHANGE.changes());
        assertThat(change.transition()).isEqualTo(CHANGE.transition());
        assertThat(MemberCodec.decode(change.context())).containsExactly(MEMBER);
        Files.writeString(directory.resolve("installing"), golden.text("installing-marker"));
        assertThat(SnapshotFiles.open(directory).begun()).contains(new SnapshotFiles.Begun(20, 3));
    }

    @Test
    void aNewerNumberIsRefusedInOneLine() throws Exception {
        byte[] header = golden.bytes("entry-header");
        header[0] = 2;
        assertThatThrownBy(() -> CommittedEntry.of(new Entry(1, 17, EntryType.NORMAL, header), false))
                .isInstanceOf(UnappliableEntryException.class)
                .hasMessageStartingWith("the entry at index 17 can't be applied: entry format version 2 is not known to"
                        + " this release (it knows 1); start a newer release. ");

        byte[] change = golden.bytes("member-change");
        change[0] = (byte) 200;
        assertThatThrownBy(() -> ConfChange.decode(new Entry(1, 1, EntryType.CONF_CHANGE_V2, change)))
                .hasMessage("a change of the members has format version 200, which is not known to this release (it"
                        + " knows 1); start a newer release");

        Files.writeString(directory.resolve("installing"), "2 20 3\n");
        assertThatThrownBy(() -> SnapshotFiles.open(directory))
                .hasMessage("the file " + directory.resolve("installing") + " has format version 2, which is not known"
                        + " to this release (it knows 1); start a newer release");
    }
}
