package io.lightraft.server.admin;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A call that {@code /admin} takes.
 *
 * @param path below {@code /admin/}; a part in braces stands for anything
 * @param onLeader whether another node sends the request on to the leader
 */
record AdminRoute(String method, String path, boolean onLeader, Action action) {

    /** Gives what is written as JSON, or throws a {@link Problem}. */
    interface Action {
        Object answer(AdminRequest request) throws ExecutionException, InterruptedException;
    }

    boolean matches(List<String> given) {
        List<String> parts = Arrays.asList(path.split("/"));
        if (parts.size() != given.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (!parts.get(i).startsWith("{") && !parts.get(i).equals(given.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return method + " /admin/" + path;
    }
}
