package io.lightraft.config;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.ConnectorStartFailedException;
import org.springframework.boot.web.server.PortInUseException;

/**
 * Why a node did not start, told in one line.
 *
 * @param unexpected when no part of Lightraft put it into words for an operator: a defect, whose stack trace is of use
 */
record StartupFailure(String line, boolean unexpected) {

    static StartupFailure of(Throwable failure, NodeConfig node) {
        Throwable deepest = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isAboutPort(cause)) {
                return new StartupFailure(portInUse(cause, node), false);
            }
            if (cause instanceof StartupException) {
                return new StartupFailure(oneLine(cause), false);
            }
            if (isInOwnWords(cause)) {
                return new StartupFailure("node " + node.index() + " can't start: " + oneLine(cause), false);
            }
            deepest = cause;
        }
        boolean environment = deepest instanceof IOException;
        String what = environment ? oneLine(deepest) : deepest.getClass().getName() + ": " + oneLine(deepest);
        return new StartupFailure("node " + node.index() + " can't start: " + what, !environment);
    }

    private static boolean isInOwnWords(Throwable cause) {
        return cause.getMessage() != null && cause.getClass().getName().startsWith("io.lightraft.");
    }

    private static boolean isAboutPort(Throwable cause) {
        return cause instanceof BindException
                || cause instanceof PortInUseException
                || cause instanceof ConnectorStartFailedException;
    }

    /** The port was free when it was looked at, and was taken before the server came to it. */
    private static String portInUse(Throwable cause, NodeConfig node) {
        try {
            // Neither exception can be relied upon for which of the node's ports it was; looking again tells.
            Preflight.checkPorts(List.of(node));
        } catch (StartupException e) {
            return oneLine(e);
        }
        return "a port of node " + node.index() + " was in use a moment ago (" + oneLine(cause) + "); start it again";
    }

    private static String oneLine(Throwable failure) {
        @Nullable String message = failure.getMessage();
        return message == null ? "no reason given" : message.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
