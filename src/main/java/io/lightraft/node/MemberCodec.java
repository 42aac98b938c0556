package io.lightraft.node;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Members as bytes, in the context of the entry that adds them or moves them: format version (1 byte), number (2), then
 * for each its node id (4), whether it stays a learner (1), and its client, rpc and http address, each as length (2) and
 * UTF-8. No bytes stand for none.
 */
final class MemberCodec {

    private static final int VERSION = 1;
    private static final byte[] NONE = {};

    private MemberCodec() {}

    static byte[] encode(List<Member> members) {
        if (members.isEmpty()) {
            return NONE;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeShort(members.size());
            for (Member member : members) {
                out.writeInt(member.nodeId());
                out.writeBoolean(member.staysLearner());
                write(out, member.clientAddress());
                write(out, member.rpcAddress());
                write(out, member.httpAddress());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when they are damaged, or of a format that this release does not know */
    static List<Member> decode(byte[] bytes) {
        if (bytes.length == 0) {
            return List.of();
        }
        if (bytes[0] != VERSION) {
            throw new IllegalArgumentException("the addresses in a change of the members have format version "
                    + (bytes[0] & 0xff) + ", which is not known to this release (it knows " + VERSION
                    + "); start a newer release");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 1, bytes.length - 1))) {
            int count = in.readUnsignedShort();
            List<Member> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int nodeId = in.readInt();
                boolean staysLearner = in.readBoolean();
                members.add(new Member(nodeId, read(in), read(in), read(in), staysLearner));
            }
            if (in.available() > 0) {
                throw new IllegalArgumentException(
                        "the addresses in a change of the members have " + in.available() + " bytes too many");
            }
            return List.copyOf(members);
        } catch (IOException e) {
            throw new IllegalArgumentException("the addresses in a change of the members end too early", e);
        }
    }

    private static void write(DataOutputStream out, String address) throws IOException {
        byte[] text = address.getBytes(StandardCharsets.UTF_8);
        if (text.length > 0xffff) {
            throw new IllegalArgumentException("an address has " + text.length + " bytes; 65535 are possible");
        }
        out.writeShort(text.length);
        out.write(text);
    }

    private static String read(DataInputStream in) throws IOException {
        byte[] text = new byte[in.readUnsignedShort()];
        in.readFully(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
