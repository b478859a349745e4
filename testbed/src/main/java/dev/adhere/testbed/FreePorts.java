package dev.adhere.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// Loopback ports that nobody listens on at the moment of asking.
public final class FreePorts {

    private FreePorts() {}

    /// One port. Another process may take it before the caller does; the kernel hands them out in turn, so that is
    /// rare.
    public static int one() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
