package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemberCodecTests {

    private static final List<Member> MEMBERS = List.of(
            new Member(0, "127.0.0.1:6453", "[::1]:56453", "[fe80::1%eth0]:4001"),
            new Member(3, "a".repeat(253) + ":1", "häuschen:2", "nul\0inside:3"),
            new Member(70_000, "", "", "", true));

    @Test
    void whatWasWrittenIsReadAgain() {
        assertThat(MemberCodec.decode(MemberCodec.encode(MEMBERS))).isEqualTo(MEMBERS);
    }

    @Test
    void noMembersAreNoBytes() {
        assertThat(MemberCodec.encode(List.of())).isEmpty();
        assertThat(MemberCodec.decode(new byte[0])).isEmpty();
    }

    @Test
    void aFormatOfANewerReleaseIsRefusedWithItsNumber() {
        byte[] bytes = MemberCodec.encode(MEMBERS);
        bytes[0] = 2;
        assertThatThrownBy(() -> MemberCodec.decode(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("format version 2")
                .hasMessageContaining("start a newer release");
    }

    @Test
    void bytesThatAreMissingOrTooManyAreRefused() {
        byte[] bytes = MemberCodec.encode(MEMBERS);
        for (int length = 1; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> MemberCodec.decode(cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("end too early");
        }
        assertThatThrownBy(() -> MemberCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many");
    }

    @Test
    void anAddressThatIsTooLongIsRefused() {
        List<Member> tooLong = List.of(new Member(0, "x".repeat(65_536), "", ""));
        assertThatThrownBy(() -> MemberCodec.encode(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536 bytes");
    }
}
