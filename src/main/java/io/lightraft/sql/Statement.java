package io.lightraft.sql;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One SQL statement with its parameters. Values are {@link Long}, {@link Double}, {@link String}, {@code byte[]} or
 * null; both kinds of parameters may be given at once.
 *
 * @param positional bound to {@code ?}, {@code ?N}, in order
 * @param named bound to {@code :name}, {@code @name}, {@code $name}; the keys carry no prefix
 */
public record Statement(String sql, List<@Nullable Object> positional, Map<String, @Nullable Object> named) {

    public static Statement of(String sql) {
        return new Statement(sql, List.of(), Map.of());
    }
}
