package dev.adhere.bench;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// HTTP/1.1 on a bare socket: what a load generator spends on itself is missing to what it measures.
final class Connection implements Closeable {

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final String head;

    Connection(int port, String token) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        out = socket.getOutputStream();
        in = new BufferedInputStream(socket.getInputStream(), 32 * 1024);
        head = "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + token + "\r\n";
    }

    /// Begins a stream of lines.
    void beginStream() throws IOException {
        out.write(Event.bytes(head + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"));
    }

    /// Whole lines, ready to be sent, as [#chunk] makes them.
    synchronized void send(byte[] chunk) throws IOException {
        out.write(chunk);
    }

    static byte[] chunk(String lines) {
        return Event.bytes(Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n");
    }

    void endStream() throws IOException {
        out.write(Event.bytes("0\r\n\r\n"));
    }

    /// A whole request, ready to be sent.
    byte[] request(String type, String body) {
        return Event.bytes(head + "Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /// Sends a request and reads its answer's body, which for 503 is a problem without outcomes.
    String exchange(byte[] request) throws IOException {
        out.write(request);
        String status = line();
        return body(status.startsWith("HTTP/1.1 503") ? headers() : head(status));
    }

    /// The size of the body to come, or -1 where it comes in chunks.
    int head() throws IOException {
        return head(line());
    }

    private int head(String status) throws IOException {
        if (!status.startsWith("HTTP/1.1 20")) {
            throw new IOException("answered " + status);
        }
        return headers();
    }

    private int headers() throws IOException {
        int length = -1;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
        }
        return length;
    }

    private String body(int length) throws IOException {
        if (length >= 0) {
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }
        var text = new StringBuilder();
        for (String part = part(); !part.isEmpty(); part = part()) {
            text.append(part);
        }
        return text.toString();
    }

    /// The next chunk; empty at the end.
    String part() throws IOException {
        int size = Integer.parseInt(line(), 16);
        var part = new String(in.readNBytes(size), StandardCharsets.UTF_8);
        if (part.length() != size || !line().isEmpty()) {
            throw new IOException("the answer was cut");
        }
        return part;
    }

    private String line() throws IOException {
        var line = new StringBuilder(64);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection was closed");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /// How many events were accepted, and how many are to be sent again.
    record Outcomes(int accepted, int retry) {

        /// @throws IOException where one is rejected
        static Outcomes in(String text) throws IOException {
            int accepted = 0;
            int retry = 0;
            for (int at = text.indexOf(STATUS); at >= 0; at = text.indexOf(STATUS, at + STATUS.length())) {
                if (text.startsWith("accepted", at + STATUS.length())) {
                    accepted++;
                } else if (text.startsWith("retry", at + STATUS.length())) {
                    retry++;
                } else {
                    throw new IOException("not accepted: " + text.substring(at, Math.min(text.length(), at + 200)));
                }
            }
            return new Outcomes(accepted, retry);
        }

        /// As [#in], of a request with so many events; 503 is an answer for all of them.
        ///
        /// @throws IOException also where one has no outcome
        static Outcomes of(int events, String answer) throws IOException {
            Outcomes those = in(answer);
            if (those.accepted + those.retry == 0) {
                return new Outcomes(0, events);
            }
            return those.ofAll(events);
        }

        Outcomes and(Outcomes more) {
            return new Outcomes(accepted + more.accepted, retry + more.retry);
        }

        Outcomes ofAll(int events) throws IOException {
            if (accepted + retry != events) {
                throw new IOException(accepted + retry + " of " + events + " events have an outcome");
            }
            return this;
        }
    }

    private static final String STATUS = "\"status\":\"";

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
