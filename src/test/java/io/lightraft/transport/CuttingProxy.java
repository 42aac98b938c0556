package io.lightraft.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Stands before a port, counts what goes towards it, and breaks all connections once that is so much. */
final class CuttingProxy implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();
    private final List<AtomicLong> perConnection = new CopyOnWriteArrayList<>();
    private volatile long limit = Long.MAX_VALUE;

    CuttingProxy(int target) throws IOException {
        this.target = target;
        run(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Begins to count anew. */
    void cutAfter(long newLimit) {
        bytes.set(0);
        perConnection.clear();
        limit = newLimit;
    }

    long bytes() {
        return bytes.get();
    }

    /** How many connections carried at least so much. */
    long connectionsWith(long least) {
        return perConnection.stream().filter(count -> count.get() >= least).count();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(client);
            sockets.add(server);
            AtomicLong own = new AtomicLong();
            perConnection.add(own);
            run(() -> pump(client, server, own));
            run(() -> pump(server, client, null));
        }
    }

    private void pump(Socket from, Socket to, AtomicLong own) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 14];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (own != null) {
                    own.addAndGet(count);
                    if (bytes.addAndGet(count) > limit) {
                        cut();
                        return;
                    }
                }
                out.write(buffer, 0, count);
            }
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void run(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // Either side may hang up at any time.
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
