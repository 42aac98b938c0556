package io.lightraft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerTests {

    @Test
    void anAddressIsAHostAndAPort() {
        assertThat(Peer.of(3, "db.example.org:56453")).isEqualTo(new Peer(3, "db.example.org", 56453));
        assertThat(Peer.of(3, "[::1]:56453")).isEqualTo(new Peer(3, "::1", 56453));
    }
}
