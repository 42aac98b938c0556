package io.lightraft.server.tcp;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Tells another thread how long a write has been stuck, because java.net knows no write timeout. Written by the
 * session's thread of the moment, asked by the watchdog.
 */
final class WatchedOutput extends FilterOutputStream {

    private volatile long writingSinceNanos;
    private volatile boolean writing;

    WatchedOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        writingSinceNanos = System.nanoTime();
        writing = true;
        try {
            out.write(bytes, offset, length);
        } finally {
            writing = false;
        }
    }

    boolean isStuckFor(long nanos) {
        // In this order: a write that began in between is young, however old the flag.
        return writing && System.nanoTime() - writingSinceNanos > nanos;
    }
}
