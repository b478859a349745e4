package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.adhere.reminder.Nudging.Result;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/// What an attempt to send over SMTP comes to, whatever the server does.
class MailTest {

    private static final Courier.Letter LETTER = new Courier.Letter(
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "someone@example.org",
            "Eine Erinnerung",
            "Deine Übungen für heute stehen bald an.\n\nAbbestellen: ...\n",
            Instant.parse("2025-03-05T16:30:00Z"));

    private static Mail at(int port) {
        var server = new JavaMailSenderImpl();
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.getJavaMailProperties().put("mail.smtp.connectiontimeout", "500");
        server.getJavaMailProperties().put("mail.smtp.timeout", "500");
        server.getJavaMailProperties().put("mail.smtp.writetimeout", "500");
        return new Mail(server, "adhere@example.org");
    }

    @Test
    void a_letter_arrives_as_it_was_written_under_the_nudges_id() throws Exception {
        var server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        try {
            assertThat(at(server.getSmtp().getPort()).send(LETTER)).isEqualTo(Result.TAKEN);
            MimeMessage message = server.getReceivedMessages()[0];
            assertThat(message.getMessageID()).isEqualTo("<0f8fad5b-d9cb-469f-a165-70867728950e.1741192200@adhere>");
            assertThat(message.getSubject()).isEqualTo("Eine Erinnerung");
            assertThat(message.getContent().toString().lines())
                    .containsExactlyElementsOf(LETTER.text().lines().toList());
            assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-generated");
            assertThat(message.getAllRecipients()).extracting(Object::toString).containsExactly("someone@example.org");
        } finally {
            server.stop();
        }
    }

    /// The reply to a command, or "hang up" or "say nothing" instead of one.
    @ParameterizedTest(name = "{1} to {0}: {2}")
    @CsvSource({
        "HELLO, 421 too busy, LATER",
        "HELLO, hang up, LATER",
        "HELLO, say nothing, LATER",
        "EHLO, hang up, LATER",
        "MAIL, 451 try later, LATER",
        "MAIL, 550 not from there, REFUSED",
        "MAIL, hang up, UNKNOWN",
        "RCPT, 450 mailbox busy, LATER",
        "RCPT, 550 no such user, REFUSED",
        "DATA, 451 disk full, LATER",
        "DATA, 554 no, REFUSED",
        ".,    452 disk full, LATER",
        ".,    554 spam, REFUSED",
        ".,    hang up, UNKNOWN",
        ".,    say nothing, UNKNOWN",
        "QUIT, hang up, TAKEN",
        "QUIT, say nothing, TAKEN",
    })
    void a_server_that_does_not_do_as_it_should(String command, String reply, Result expected) throws Exception {
        try (var server = new Scripted(Map.of(command, reply))) {
            assertThat(at(server.port()).send(LETTER)).isEqualTo(expected);
        }
    }

    @Test
    void a_server_that_is_not_there_is_asked_later() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        assertThat(at(nobody).send(LETTER)).isEqualTo(Result.LATER);
    }

    /// A mail server that does as it is told, for one connection.
    private static final class Scripted implements AutoCloseable {
        private final ServerSocket listening;
        private final Map<String, String> script;

        Scripted(Map<String, String> script) throws IOException {
            this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            this.script = script;
            var _ = Thread.ofVirtual().start(this::serve);
        }

        int port() {
            return listening.getLocalPort();
        }

        private void serve() {
            try (Socket socket = listening.accept()) {
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                boolean data = false;
                String command = "HELLO";
                while (command != null) {
                    if (!data || command.equals(".")) {
                        String usual = command.equals("DATA") ? "354 go on" : "250 fine";
                        String reply = script.getOrDefault(command, command.equals("HELLO") ? "220 hello" : usual);
                        if (reply.equals("hang up")) {
                            return;
                        }
                        if (!reply.equals("say nothing")) {
                            socket.getOutputStream().write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
                        }
                        data = command.equals("DATA") && reply.startsWith("354");
                    }
                    String line = in.readLine();
                    command = line == null || data ? line : line.split("[ :]")[0];
                }
            } catch (IOException _) {
                // The client has gone, which is all right.
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
