package io.lightraft.config;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A block of the file: its values by type, with messages that name file, line, key and what is wrong. */
final class TomlTable {

    private final String file;
    private final TomlLines lines;
    private final UnmodifiableConfig values;
    private final String place;
    private final String title;

    /**
     * @param place as {@link TomlLines} names it, empty for the file itself
     * @param title what messages call the block
     */
    TomlTable(String file, TomlLines lines, UnmodifiableConfig values, String place, String title) {
        this.file = file;
        this.lines = lines;
        this.values = values;
        this.place = place;
        this.title = title;
    }

    void refuseUnknown(List<String> known) {
        for (UnmodifiableConfig.Entry entry : values.entrySet()) {
            String key = entry.getKey();
            if (!known.contains(key)) {
                boolean block = entry.getRawValue() instanceof UnmodifiableConfig;
                String nearest = NearestName.of(key, known);
                String remedy = nearest == null
                        ? "; known are " + String.join(", ", known)
                        : "; did you mean " + named(nearest, block) + "?";
                String where = place.isEmpty() ? "" : " in " + title;
                throw wrong(key, "unknown " + (block ? "block " : "key ") + named(key, block) + where + remedy);
            }
        }
    }

    boolean has(String key) {
        return values.contains(List.of(key));
    }

    String text(String key) {
        if (!(required(key) instanceof String text)) {
            throw wrong(key, key + " must be text in quotes, but is " + shown(key));
        }
        if (text.isBlank()) {
            throw wrong(key, key + " must not be empty");
        }
        return text;
    }

    String text(String key, String ifAbsent) {
        return has(key) ? text(key) : ifAbsent;
    }

    int number(String key, int min, int max) {
        Object value = required(key);
        if (!(value instanceof Integer || value instanceof Long)) {
            throw wrong(key, key + " must be a whole number, but is " + shown(key));
        }
        long number = ((Number) value).longValue();
        // The parser lets numbers beyond 64 bits overflow silently, so their length is looked at too.
        String written = lines.valueOf(at(key));
        if (number < min
                || number > max
                || (written != null && written.replace("_", "").length() > 18)) {
            throw wrong(key, key + " must be between " + min + " and " + max + ", but is " + shown(key));
        }
        return (int) number;
    }

    int number(String key, int min, int max, int ifAbsent) {
        return has(key) ? number(key, min, max) : ifAbsent;
    }

    boolean flag(String key, boolean ifAbsent) {
        if (!has(key)) {
            return ifAbsent;
        }
        if (!(raw(key) instanceof Boolean flag)) {
            throw wrong(key, key + " must be true or false, but is " + shown(key));
        }
        return flag;
    }

    @Nullable
    Object raw(String key) {
        return values.getRaw(List.of(key));
    }

    int lineOf(String key) {
        return lines.lineOf(at(key));
    }

    StartupException wrong(String key, String what) {
        int line = lineOf(key);
        return new StartupException(file + (line == 0 ? "" : ":" + line) + ": " + what);
    }

    private Object required(String key) {
        Object value = raw(key);
        if (value == null) {
            throw wrong(key, key + " is missing in " + title);
        }
        return value;
    }

    private String shown(String key) {
        String written = lines.valueOf(at(key));
        return written != null && !written.isEmpty() ? written : String.valueOf(raw(key));
    }

    private String at(String key) {
        return place.isEmpty() ? key : place + "." + key;
    }

    private static String named(String name, boolean block) {
        return block ? "[" + name + "]" : name;
    }
}
