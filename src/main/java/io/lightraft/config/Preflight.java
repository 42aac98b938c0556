package io.lightraft.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is looked at before anything is started, so that the usual mistakes are told at once and in few words. */
final class Preflight {

    private Preflight() {}

    /**
     * @param nodes those that this process is about to run
     * @throws StartupException when the data directory is not writable, or a port can't be listened on
     */
    static void check(ClusterConfig cluster, List<NodeConfig> nodes) {
        checkWritable(cluster.driver().directory());
        checkPorts(nodes);
    }

    /** All are held until the last is seen to be free, so that they are also free of each other. */
    static void checkPorts(List<NodeConfig> nodes) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (NodeConfig node : nodes) {
                held.add(listen(node.client(), "nc of node " + node.index()));
                held.add(listen(node.rpc(), "rpc of node " + node.index()));
                held.add(listen(node.http(), "http of node " + node.index()));
            }
        } finally {
            held.forEach(Preflight::release);
        }
    }

    private static ServerSocket listen(Endpoint endpoint, String user) {
        ServerSocket socket = null;
        try {
            InetAddress address = InetAddress.getByName(endpoint.host());
            socket = new ServerSocket();
            // As the servers do: connections of a run before that are only waiting to be forgotten are no obstacle.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, endpoint.port()));
            return socket;
        } catch (UnknownHostException e) {
            throw new StartupException("the address " + endpoint.host() + " (" + user + ") can't be resolved");
        } catch (IOException e) {
            if (socket != null) {
                release(socket);
            }
            throw new StartupException(reason(endpoint, user, String.valueOf(e.getMessage())));
        }
    }

    private static String reason(Endpoint endpoint, String user, String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        String port = "port " + endpoint.port() + " on " + endpoint.host();
        if (lower.contains("in use")) {
            return port + " is in use (" + user + "); stop what listens there, or give the node another port";
        }
        if (lower.contains("cannot assign") || lower.contains("can't assign")) {
            return endpoint.host() + " (" + user + ") is not an address of this machine";
        }
        return port + " can't be listened on (" + user + "): " + message;
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new StartupException("a port that was looked at can't be closed: " + e.getMessage());
        }
    }

    private static void checkWritable(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, "lightraft-", ".probe"));
        } catch (IOException e) {
            throw new StartupException("the data directory " + directory + " is not writable: " + reason(e)
                    + "; [driver] pathPrefix names another");
        }
    }

    /** Most exceptions of the file system have a path as their message, and say what is wrong by their class. */
    private static String reason(IOException failure) {
        if (failure instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile();
        }
        if (failure instanceof FileAlreadyExistsException exists) {
            return exists.getFile() + " is not a directory";
        }
        if (failure instanceof NoSuchFileException missing) {
            return missing.getFile() + " can't be made";
        }
        return failure instanceof FileSystemException other && other.getReason() != null
                ? other.getFile() + ": " + other.getReason()
                : failure.toString();
    }
}
