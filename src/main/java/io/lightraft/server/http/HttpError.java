package io.lightraft.server.http;

/** A request that is answered with a status and a line of text. */
final class HttpError extends RuntimeException {

    private final int status;

    HttpError(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    static HttpError badRequest(String message) {
        return new HttpError(400, message);
    }

    int status() {
        return status;
    }

    /** The line of text. */
    String text() {
        return String.valueOf(getMessage());
    }
}
