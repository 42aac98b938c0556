package io.lightraft.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampsTests {

    @ParameterizedTest
    @CsvSource({
        "2024-05-01, 2024-05-01T00:00:00Z",
        "2024-05-01Z, 2024-05-01T00:00:00Z",
        "2024-05-01 10:30, 2024-05-01T10:30:00Z",
        "2024-05-01T10:30, 2024-05-01T10:30:00Z",
        "2024-05-01 10:30:15, 2024-05-01T10:30:15Z",
        "2024-05-01T10:30:15Z, 2024-05-01T10:30:15Z",
        "2024-05-01 10:30:15.5, 2024-05-01T10:30:15.5Z",
        "2024-05-01 10:30:15.123456789, 2024-05-01T10:30:15.123456789Z",
        "2024-05-01 10:30:15-07:00, 2024-05-01T17:30:15Z",
        "2024-05-01T10:30:15.25+02:00, 2024-05-01T08:30:15.25Z",
        "0099-01-02, 0099-01-02T00:00:00Z"
    })
    void readsTheFormsThatSqliteWrites(String text, String expected) {
        assertThat(Timestamps.ofText(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "nonsense",
        "10:30",
        "2024-02-30",
        "2024-05-01 25:00",
        "2024-5-1",
        "2024-05-01 10:30:15 x",
        "2024-05-0110:30",
        "2024-05-01T 10:30"
    })
    void showsTheZeroOfTimeForAllElse(String text) {
        assertThat(Timestamps.ofText(text)).isEqualTo("0001-01-01T00:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01T00:00:00Z",
        "-1, 1969-12-31T23:59:59Z",
        "1714557600, 2024-05-01T10:00:00Z",
        "1714557600123, 2024-05-01T10:00:00.123Z",
        "1000000000000, +33658-09-27T01:46:40Z",
        "1000000000001, 2001-09-09T01:46:40.001Z"
    })
    void takesNumbersForSecondsOrMilliseconds(long number, String expected) {
        assertThat(Timestamps.ofNumber(number)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"9223372036854775807", "-9223372036854775808"})
    void survivesEveryNumber(long number) {
        assertThat(Timestamps.ofNumber(number)).endsWith("Z");
    }
}
