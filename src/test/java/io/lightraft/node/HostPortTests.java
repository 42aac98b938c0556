package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTests {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1, 127.0.0.1, 1",
        "[::1]:65535, ::1, 65535",
        "[fe80::1]:80, fe80::1, 80",
        "db_1.example.org:4001, db_1.example.org, 4001"
    })
    void aHostAndAPortAreReadAndWritten(String text, String host, int port) {
        assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":1",
                "host",
                "host:",
                "host:x",
                "host:0",
                "host:65536",
                "host:99999999999",
                "host:-1",
                "::1:1",
                "[127.0.0.1]:1",
                "[host]:1",
                "[::1]",
                "[:1",
                "256.1.1.1:1",
                "1.2.3:1",
                "a b:1",
                "a\0:1",
                "0.0.0.0:1",
                "[::]:1",
                "http://a:1",
                "a/b:1",
                "-a:1",
                "häuschen:1",
                "a:1\n",
                "[fe80::1%1]:80"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoNamesOfOneSocketAreTheSame() {
        assertThat(HostPort.parse("LOCALHOST:1").isSameAs(HostPort.parse("127.0.0.1:1")))
                .isTrue();
        assertThat(HostPort.parse("a:1").isSameAs(HostPort.parse("a:2"))).isFalse();
        assertThat(HostPort.parse("a:1").isSameAs(HostPort.parse("b:1"))).isFalse();
    }
}
