package io.lightraft.server.http;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as Go writes them ({@code 1h2m}, {@code 1.5s}, {@code -1s}, {@code 0}), since the clients send those. */
final class GoDuration {

    private static final Pattern PART =
            Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");
    private static final Pattern WHOLE = Pattern.compile("[-+]?(?:0|(?:" + PART.pattern() + ")+)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "\u00b5s", 1_000L,
            "\u03bcs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);
    private static final BigDecimal MAX_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);
    /** Longer than any duration that is meant; keeps the regular expression from recursing deeply. */
    private static final int MAX_LENGTH = 100;

    private GoDuration() {}

    /** @return null when {@code text} is no duration, or one of more than 2^63 nanoseconds */
    static @Nullable Duration parse(String text) {
        if (text.length() > MAX_LENGTH || !WHOLE.matcher(text).matches()) {
            return null;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            Long unit = NANOS.get(part.group(2));
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
        }
        if (nanos.compareTo(MAX_NANOS) > 0) {
            return null;
        }
        Duration duration = Duration.ofNanos(nanos.longValue());
        return text.startsWith("-") ? duration.negated() : duration;
    }
}
