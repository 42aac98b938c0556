package io.lightraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.Golden;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.HardState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Segments, and the records in them: entries and hard state. They share the number in the segment's header. */
class LogFormatTests {

    private static final SegmentHeader HEADER = new SegmentHeader(
            7,
            1 << 20,
            new LogIdentity("test", "2"),
            new HardState(5, 3, 90),
            new LogPoint(80, 4),
            new LogPoint(91, 5),
            300,
            0x01234567,
            0x1122334455667788L);
    /** The fields end there; zeros follow up to the end of the block. */
    private static final int HEADER_FIELDS_BYTES = 140;

    private final Golden golden = Golden.of("log-1.txt");

    @Test
    void theFormatIsWhatItWas() {
        Map<String, String> now = new TreeMap<>();
        byte[] header = HEADER.encode().array();
        now.put("header", Golden.hex(Arrays.copyOf(header, HEADER_FIELDS_BYTES)));
        now.put("frame", Golden.hex(frame()));
        golden.assertEqual(now);
        assertThat(Arrays.copyOfRange(header, HEADER_FIELDS_BYTES, header.length))
                .containsOnly(0);
    }

    @Test
    void whatThisFormatHasWrittenIsRead() {
        ByteBuffer block = ByteBuffer.wrap(Arrays.copyOf(golden.bytes("header"), SegmentHeader.BYTES));
        assertThat(SegmentHeader.decode(block, "x")).isEqualTo(HEADER);

        byte[] frame = golden.bytes("frame");
        FrameHeader head = FrameHeader.decode(ByteBuffer.wrap(frame), 0, HEADER.salt());
        assertThat(head).isNotNull();
        assertThat(head.batch()).isEqualTo(301);
        assertThat(head.hasBody(frame, FrameHeader.BYTES)).isTrue();
        List<Object> items = new ArrayList<>();
        FrameItems.read(ByteBuffer.wrap(frame, FrameHeader.BYTES, head.length()).slice(), new FrameItems.Reader() {
            @Override
            public void hardState(HardState hardState) {
                items.add(hardState);
            }

            @Override
            public void entry(Entry entry) {
                items.add(entry);
            }

            @Override
            public void restart(LogPoint point) {
                items.add("restart " + point);
            }

            @Override
            public void compaction(LogPoint point) {
                items.add("compaction " + point);
            }

            @Override
            public void seal() {
                items.add("seal");
            }
        });
        assertThat(items)
                .containsExactly(
                        new HardState(6, 1, 91),
                        new Entry(6, 92, EntryType.NORMAL, new byte[] {1, 2, 3}),
                        new Entry(6, 93, EntryType.CONF_CHANGE, new byte[0]),
                        new Entry(6, 94, EntryType.CONF_CHANGE_V2, new byte[] {4}),
                        "compaction " + new LogPoint(85, 4),
                        "restart " + new LogPoint(120, 7),
                        "seal");
    }

    @Test
    void aNewerNumberIsRefusedInOneLine() {
        ByteBuffer block = HEADER.encode();
        block.putInt(12, 2);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(block.array(), 4, SegmentHeader.BYTES - 4);
        block.putInt(0, (int) crc.getValue());
        assertThatThrownBy(() -> SegmentHeader.decode(block, "data/x-0.raft/0000000000000007.log"))
                .isInstanceOf(StorageFormatException.class)
                .hasMessage("data/x-0.raft/0000000000000007.log has the format version 2, which is not known to this"
                        + " release (it knows 1); start a newer release");
    }

    private static byte[] frame() {
        Batch batch = new Batch();
        batch.hardState(new HardState(6, 1, 91));
        batch.entry(new Entry(6, 92, EntryType.NORMAL, new byte[] {1, 2, 3}));
        batch.entry(new Entry(6, 93, EntryType.CONF_CHANGE, new byte[0]));
        batch.entry(new Entry(6, 94, EntryType.CONF_CHANGE_V2, new byte[] {4}));
        batch.compaction(new LogPoint(85, 4));
        batch.restart(new LogPoint(120, 7));
        batch.seal();
        ByteBuffer frame = batch.frame();
        FrameHeader.seal(frame, HEADER.salt(), HEADER.chain(), 301);
        return Arrays.copyOf(frame.array(), frame.limit());
    }
}
