package io.lightraft.server.tcp;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long ago the leader may have been heard of, as it is typed: {@code 500ms}, {@code 2s}, {@code 1m}. */
record Freshness(String text, Duration duration) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    /** @return null when it has another form */
    static @Nullable Freshness parse(String typed) {
        String text = typed.toLowerCase(Locale.ROOT);
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return null;
        }
        long number = Long.parseLong(form.group(1));
        return new Freshness(
                text,
                switch (form.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    default -> Duration.ofMinutes(number);
                });
    }

    @Override
    public String toString() {
        return text;
    }
}
