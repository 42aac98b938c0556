package io.lightraft.sql;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How SQLite's date functions read what they are given: of texts and blobs alike, up to a NUL. */
final class DateArguments {

    private DateArguments() {}

    /** What they take for text; null for numbers and NULL. */
    static @Nullable String text(@Nullable Object value) {
        String text = value instanceof byte[] blob
                ? new String(blob, StandardCharsets.UTF_8)
                : value instanceof String string ? string : null;
        int nul = text == null ? -1 : text.indexOf('\0');
        return nul < 0 ? text : text.substring(0, nul);
    }
}
