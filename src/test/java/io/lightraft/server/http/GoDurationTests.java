package io.lightraft.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTests {

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "-0, PT0S",
        "-1s, PT-1S",
        "+5s, PT5S",
        "1h2m, PT1H2M",
        "1.5s, PT1.5S",
        ".5s, PT0.5S",
        "1.s, PT1S",
        "1m1m, PT2M",
        "100ms, PT0.1S",
        "3us, PT0.000003S",
        "3\u00b5s, PT0.000003S",
        "7ns, PT0.000000007S",
        "0.3ns, PT0S",
        "2562047h, PT2562047H"
    })
    void readsWhatGoWrites(String text, String expected) {
        assertThat(GoDuration.parse(text)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "s", ".s", "-", "1d", "1 s", "1s ", "1h2", "1e3s", "--1s", "2562048h", "\u0661s"})
    void refusesAllElse(String text) {
        assertThat(GoDuration.parse(text)).isNull();
        assertThat(GoDuration.parse("1s".repeat(100_000))).isNull();
    }
}
