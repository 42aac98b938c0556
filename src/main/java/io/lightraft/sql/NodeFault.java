package io.lightraft.sql;

/**
 * This node can't go on, though others may: its disk, its file or its memory failed it, or it doesn't understand an
 * entry. Never the result of a statement. The transaction was rolled back.
 */
public final class NodeFault extends RuntimeException {

    NodeFault(String message) {
        super(message);
    }

    NodeFault(String message, Throwable cause) {
        super(message, cause);
    }
}
