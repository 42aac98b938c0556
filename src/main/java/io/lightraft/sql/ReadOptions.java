package io.lightraft.sql;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * @param freshness for {@link ReadLevel#NONE}: the longest time since this node last heard of the leader; null = any
 * @param timeout for the whole request; the statement that runs when it ends is interrupted
 */
public record ReadOptions(ReadLevel level, @Nullable Duration freshness, Duration timeout) {

    public static final ReadOptions DEFAULT = new ReadOptions(ReadLevel.LINEARIZABLE, null, Duration.ofSeconds(30));
}
