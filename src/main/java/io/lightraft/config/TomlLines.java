package io.lightraft.config;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * In which line of a TOML file a block or key stands, which the parser does not tell. Reads line by line, after the
 * parser has accepted the text; only for messages, so exotic notations may go without a line.
 *
 * <p>Places are named {@code cluster}, {@code cluster.name}, {@code nodes[1].rpcBindPort}.
 */
final class TomlLines {

    private static final Pattern HEADER = Pattern.compile("\\s*(\\[\\[?)\\s*([^\\[\\]]+?)\\s*]]?\\s*(#.*)?");
    private static final Pattern KEY = Pattern.compile("\\s*([^\\s=#]+)\\s*=\\s*([^#]*?)\\s*(#.*)?");

    private record Found(int line, String value) {}

    private final Map<String, Found> places = new HashMap<>();
    private final Map<String, Integer> blocks = new HashMap<>();

    /** @throws StartupException when a block is there twice, which the parser lets pass */
    TomlLines(String file, String text) {
        String block = "";
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher header = HEADER.matcher(line);
            Matcher key = KEY.matcher(line);
            if (header.matches()) {
                block = unquoted(header.group(2));
                if (header.group(1).length() == 2) {
                    block += "[" + (blocks.merge(block, 1, Integer::sum) - 1) + "]";
                }
                Found first = places.put(block, new Found(number, ""));
                if (first != null) {
                    throw new StartupException(
                            file + ":" + number + ": [" + block + "] is there twice, first in line " + first.line());
                }
            } else if (key.matches()) {
                String name = unquoted(key.group(1));
                places.putIfAbsent(block.isEmpty() ? name : block + "." + name, new Found(number, key.group(2)));
            }
        }
    }

    /** The line of a place, or of the nearest around it; 0 when none is known. */
    int lineOf(String place) {
        for (String around = place; !around.isEmpty(); around = enclosing(around)) {
            Found found = places.get(around);
            if (found != null) {
                return found.line();
            }
        }
        return 0;
    }

    /** A key's value as it is written, null when not found. */
    @Nullable
    String valueOf(String place) {
        Found found = places.get(place);
        return found == null ? null : found.value();
    }

    private static String enclosing(String place) {
        return place.substring(0, Math.max(0, Math.max(place.lastIndexOf('.'), place.lastIndexOf('['))));
    }

    private static String unquoted(String key) {
        return key.replaceAll("[\"']", "");
    }
}
