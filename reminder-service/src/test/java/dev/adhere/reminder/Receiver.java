package dev.adhere.reminder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/// An HTTP server on loopback that does as it is told, step by step, and remembers what it was sent. It
/// speaks HTTP by hand, so that it can stop in the middle.
final class Receiver implements AutoCloseable {

    /// What it received.
    ///
    /// @param headers by their names in lower case
    record Request(String line, Map<String, String> headers, byte[] body) {

        String header(String name) {
            return Objects.requireNonNull(headers.get(name), name);
        }
    }

    private final ServerSocket listening;
    private final BlockingQueue<String> script = new LinkedBlockingQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    Receiver() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var _ = Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return listening.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/in";
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /// What to do with the next requests, one after another; 204 to all after that. `500`, `429 Retry-After:
    /// 60`, or one of `reset`, `reset at once`, `silence`, `drip`, `endless`.
    Receiver then(String... steps) {
        script.addAll(List.of(steps));
        return this;
    }

    private void serve() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                var _ = Thread.ofVirtual().start(() -> handle(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void handle(Socket socket) {
        try (socket) {
            String step = Objects.requireNonNullElse(script.poll(), "204");
            if (step.equals("reset at once")) {
                socket.setSoLinger(true, 0);
                return;
            }
            requests.add(read(socket.getInputStream()));
            var out = socket.getOutputStream();
            switch (step) {
                case "reset" -> socket.setSoLinger(true, 0);
                case "silence" -> {
                    var _ = socket.getInputStream().read();
                }
                case "drip" -> {
                    for (byte each : "HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII)) {
                        out.write(each);
                    }
                    while (true) {
                        out.write('z');
                        java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                    }
                }
                case "endless" -> {
                    out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        out.write("5\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII));
                    }
                }
                default -> {
                    String[] parts = step.split(" ", 2);
                    String head = "HTTP/1.1 " + parts[0] + " X\r\n" + (parts.length > 1 ? parts[1] + "\r\n" : "")
                            + (parts[0].equals("204") ? "" : "Content-Length: 0\r\n")
                            + "\r\n";
                    out.write(head.getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException _) {
            // The client has gone, which is all right.
        }
    }

    private static Request read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("cut off");
            }
            head.write(next);
        }
        List<String> lines = head.toString(StandardCharsets.US_ASCII).lines().toList();
        var headers = new LinkedHashMap<String, String>();
        lines.stream().skip(1).filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        });
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(lines.getFirst(), headers, in.readNBytes(length));
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
