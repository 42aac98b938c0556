package io.lightraft.server.http;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;

/** What a column of type date, datetime or timestamp holds, as RFC 3339 in UTC: the clients' own types expect it. */
final class Timestamps {

    /** More seconds than this (the year 33658) are taken for milliseconds. */
    private static final long MAX_SECONDS = 1_000_000_000_000L;

    private static final int DATE_LENGTH = "2024-05-01".length();

    private static final String UNREADABLE = "0001-01-01T00:00:00Z";

    /** A date; then, if at all, T and a time; then, if at all, seconds, their fraction and an offset. */
    private static final DateTimeFormatter PARSER = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd")
            .optionalStart()
            .appendPattern("'T'HH:mm")
            .optionalStart()
            .appendPattern(":ss")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .appendPattern("[xxx]")
            .optionalEnd()
            .optionalEnd()
            .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
            .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    /** An Instant's own form would pad the fraction to 3, 6 or 9 digits. */
    private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter()
            .withZone(ZoneOffset.UTC);

    private Timestamps() {}

    static String ofText(String text) {
        String unzoned = text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
        boolean spaced = unzoned.length() > DATE_LENGTH && unzoned.charAt(DATE_LENGTH) == ' ';
        String joined = spaced ? unzoned.replaceFirst(" ", "T") : unzoned;
        try {
            TemporalAccessor parsed = PARSER.parseBest(joined, OffsetDateTime::from, LocalDateTime::from);
            Instant instant = parsed instanceof OffsetDateTime zoned
                    ? zoned.toInstant()
                    : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
            return FORMAT.format(instant);
        } catch (DateTimeParseException e) {
            return UNREADABLE;
        }
    }

    static String ofNumber(long number) {
        boolean millis = number > MAX_SECONDS || number < -MAX_SECONDS;
        return FORMAT.format(millis ? Instant.ofEpochMilli(number) : Instant.ofEpochSecond(number));
    }
}
