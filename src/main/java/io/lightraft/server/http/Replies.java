package io.lightraft.server.http;

import io.lightraft.node.ReplicaException;
import io.lightraft.sql.ResultSink;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two forms of a reply: results in JSON, and a status with text. */
final class Replies {

    private static final Logger log = LoggerFactory.getLogger(Replies.class);

    /** What produces results. */
    interface Work {
        void run(ResultSink sink) throws IOException;
    }

    private Replies() {}

    /**
     * Writes the results of a request that reads. What keeps the request as a whole from being done is answered with
     * its status while nothing has left yet, and told in the reply itself afterwards.
     */
    static void results(HttpServletResponse response, ReplyFormat format, boolean stopsAtFailure, Work work)
            throws IOException {
        ResultWriter results = writer(response, format, true, stopsAtFailure);
        try {
            work.run(results);
            results.finish(null);
        } catch (ResultWriter.Enough e) {
            results.finish(null);
        } catch (ReplicaException.Rejected e) {
            // A stale read, which rqlite's clients know as an error of the envelope. Nothing was read yet.
            results.finish(message(e));
        } catch (RuntimeException e) {
            if (!response.isCommitted()) {
                throw e;
            }
            if (!(e instanceof ReplicaException)) {
                log.error("A query failed unexpectedly", e);
            }
            results.finish(message(e));
        }
    }

    static ResultWriter writer(HttpServletResponse response, ReplyFormat format, boolean reads, boolean stopsAtFailure)
            throws IOException {
        response.setContentType("application/json; charset=utf-8");
        return new ResultWriter(format.generator(response.getOutputStream()), format, reads, stopsAtFailure);
    }

    /** A failure before anything has left: its status, and its message as a line of text. */
    static void failure(HttpServletResponse response, RuntimeException failure) throws IOException {
        response.resetBuffer();
        int status = status(failure);
        if (status == HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            log.error("A request failed unexpectedly", failure);
        }
        if (failure instanceof ReplicaException.Busy) {
            response.setHeader("Retry-After", "1");
        }
        // As the text repeats what came with the request, no browser shall take it for a page.
        response.setHeader("X-Content-Type-Options", "nosniff");
        text(response, status, message(failure) + "\n");
    }

    static void text(HttpServletResponse response, int status, String text) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain; charset=utf-8");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    static String message(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static int status(RuntimeException failure) {
        if (failure instanceof HttpError error) {
            return error.status();
        } else if (failure instanceof ReplicaException.Rejected) {
            return HttpServletResponse.SC_BAD_REQUEST;
        } else if (failure instanceof ReplicaException) {
            // Not done, or only a read: trying again does no harm.
            return HttpServletResponse.SC_SERVICE_UNAVAILABLE;
        }
        return HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
    }
}
