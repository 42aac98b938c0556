package io.lightraft.transport;

import io.lightraft.raft.Entry;
import io.lightraft.raft.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import okio.Buffer;

/** Prints what it costs to encode and to decode appends; a main program, no test. */
final class FrameCodecBenchmark {

    private FrameCodecBenchmark() {}

    public static void main(String[] args) throws Exception {
        FrameCodec codec = new FrameCodec(64 << 20);
        for (int round = 0; round < 4; round++) {
            measure(codec, "1 entry of 300 B", append(1, 300), 200_000);
            measure(codec, "64 entries of 200 B", append(64, 200), 20_000);
            measure(codec, "1 entry of 1 MB", append(1, 1 << 20), 200);
        }
    }

    private static Frame append(int count, int bytes) {
        Random random = new Random(1);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[bytes];
            random.nextBytes(data);
            entries.add(Entry.normal(7, 1_000_000 + i, data));
        }
        return new Frame.Raft(new Message.AppendEntries(1, 2, 7, 7, 999_999, entries, 999_990));
    }

    private static void measure(FrameCodec codec, String what, Frame frame, int times) throws Exception {
        Buffer buffer = new Buffer();
        codec.encode(frame, buffer.outputStream());
        byte[] line = buffer.readByteArray();
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            codec.encode(frame, buffer.outputStream());
            buffer.clear();
        }
        long encoded = System.nanoTime();
        long check = 0;
        for (int i = 0; i < times; i++) {
            check += codec.decode(line, 0, line.length - 1).hashCode();
        }
        long decoded = System.nanoTime();
        System.out.printf(
                "%-20s line %7d B: encode %8d ns, decode %8d ns (%x)%n",
                what, line.length, (encoded - start) / times, (decoded - encoded) / times, check & 0xf);
    }
}
