package io.lightraft.node;

/** A committed entry that this node can't apply, and must not pass over on its own account. */
public final class UnappliableEntryException extends RuntimeException {

    /** @param reason without a full stop */
    public UnappliableEntryException(long index, String reason, Throwable cause) {
        super("the entry at index " + index + " can't be applied: " + reason + ". " + advice(index), cause);
    }

    /** What to do about an entry that stops a node. */
    public static String advice(long index) {
        return "If it stops every node, whatever their release, stop all of them, give each the same command, java -jar"
                + " lightraft.jar skip --index=" + index + " --node.index=N, and start them: the entry is then recorded"
                + " as one that did nothing.";
    }
}
