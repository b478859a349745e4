package dev.adhere.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// A cable to a server, for tests to pull: connections that are made to it go on to the server, until it is cut (every
/// connection ends, no new one is made), frozen (connections stay, nothing comes through) or set to lose answers (what
/// is asked reaches the server, and in place of its answer the connection ends).
public final class Cable implements AutoCloseable {

    private enum State {
        WHOLE,
        CUT,
        FROZEN,
        LOSING_ANSWERS
    }

    private final ServerSocket entry;
    private final InetSocketAddress server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile State state = State.WHOLE;

    private Cable(ServerSocket entry, InetSocketAddress server) {
        this.entry = entry;
        this.server = server;
    }

    /// @param port of the server, on loopback
    public static Cable to(int port) {
        try {
            var loopback = InetAddress.getLoopbackAddress();
            var cable = new Cable(new ServerSocket(0, 100, loopback), new InetSocketAddress(loopback, port));
            var _ = Thread.ofVirtual().name("cable").start(cable::accept);
            return cable;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where clients connect, on loopback.
    public int port() {
        return entry.getLocalPort();
    }

    public void cut() {
        state = State.CUT;
        open.forEach(Cable::end);
    }

    public void freeze() {
        state = State.FROZEN;
    }

    public void loseAnswers() {
        state = State.LOSING_ANSWERS;
    }

    public void mend() {
        state = State.WHOLE;
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                Socket near = entry.accept();
                if (state == State.CUT) {
                    end(near);
                } else {
                    join(near);
                }
            } catch (IOException _) {
                // The test is over, or the server refuses: its client sees that.
            }
        }
    }

    private void join(Socket near) throws IOException {
        var far = new Socket();
        try {
            far.connect(server, 2_000);
        } catch (IOException e) {
            end(near);
            throw e;
        }
        open.add(near);
        open.add(far);
        pump(near, far, false);
        pump(far, near, true);
    }

    private void pump(Socket from, Socket to, boolean isAnswer) {
        var _ = Thread.ofVirtual().name("cable-pump").start(() -> {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[64 * 1024];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    while (state == State.FROZEN) {
                        LockSupport.parkNanos(10_000_000);
                    }
                    if (state == State.LOSING_ANSWERS && isAnswer) {
                        return;
                    }
                    out.write(buffer, 0, read);
                }
            } catch (IOException _) {
                // One side is gone, and so is the other.
            } finally {
                open.remove(from);
                open.remove(to);
            }
        });
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is over either way.
        }
    }

    @Override
    public void close() {
        cut();
        try {
            entry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
