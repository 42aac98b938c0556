package io.lightraft.sql;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes results as they come, so that none is ever held whole. For each statement in order: either {@link #changed},
 * or {@link #failed}, or {@link #columns}, any number of {@link #row}, and then {@link #endOfRows} or {@link #failed}.
 * An IOException (the client is gone) ends the whole request. Called on the thread that made the request.
 */
public interface ResultSink {

    /** {@code columns} is empty for a statement without any (a pragma that sets something, say). */
    void columns(List<Column> columns) throws IOException;

    /** Values are Long, Double, String, byte[] or null; the array is not reused. */
    void row(@Nullable Object[] values) throws IOException;

    void endOfRows() throws IOException;

    void changed(long rowsAffected, long lastInsertRowid) throws IOException;

    void failed(int code, String message) throws IOException;
}
