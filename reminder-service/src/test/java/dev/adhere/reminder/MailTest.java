package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.adhere.contracts.Nudge;
import dev.adhere.reminder.Nudging.Result;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/// What an attempt to send over SMTP comes to, whatever the server does.
class MailTest {

    private static final Unsubscribing LINKS = new Unsubscribing(new UnsubscribeSettings(
            "https://adhere.example.org/", Base64.getEncoder().encodeToString(new byte[32])));

    private static final Courier.Letter LETTER = letter("Deine Übungen für heute <b>stehen</b> bald & \"bald\" an.");

    private static Courier.Letter letter(String text) {
        Instant at = Instant.parse("2025-03-05T16:30:00Z");
        Preferences d = Preferences.DEFAULT;
        return new Courier.Letter(
                "0f8fad5b-d9cb-469f-a165-70867728950e.1741192200",
                "user-001",
                new Nudge(
                        "0f8fad5b-d9cb-469f-a165-70867728950e",
                        Nudge.Kind.DUE_SOON,
                        LocalDate.parse("2025-03-05"),
                        at,
                        Nudge.Outcome.SENT,
                        null,
                        text,
                        null,
                        Nudge.Channel.EMAIL,
                        Nudge.State.SENDING),
                new Preferences(
                        null,
                        d.preferredTime(),
                        d.quietHours(),
                        List.of(Nudge.Channel.EMAIL),
                        "someone@example.org",
                        Set.of(),
                        true,
                        Preferences.Language.DE,
                        1),
                at,
                at.plusSeconds(1_800));
    }

    private static Mail at(int port) {
        return at(port, LINKS);
    }

    private static Mail at(int port, Unsubscribing links) {
        var server = new JavaMailSenderImpl();
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.getJavaMailProperties().put("mail.smtp.connectiontimeout", "500");
        server.getJavaMailProperties().put("mail.smtp.timeout", "500");
        server.getJavaMailProperties().put("mail.smtp.writetimeout", "500");
        return new Mail(server, "adhere@example.org", links);
    }

    private static MimeMessage received(Mail mail, GreenMail server) {
        assertThat(mail.send(LETTER).result()).isEqualTo(Result.TAKEN);
        return server.getReceivedMessages()[0];
    }

    private static GreenMail started() {
        var server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        return server;
    }

    @Test
    void a_letter_arrives_as_text_and_as_html_under_the_nudges_id() throws Exception {
        var server = started();
        try {
            MimeMessage message = received(at(server.getSmtp().getPort()), server);
            assertThat(message.getMessageID()).isEqualTo("<0f8fad5b-d9cb-469f-a165-70867728950e.1741192200@adhere>");
            assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-generated");
            assertThat(message.getAllRecipients()).extracting(Object::toString).containsExactly("someone@example.org");
            assertThat(message.getContentType()).startsWith("multipart/alternative");
            var parts = (MimeMultipart) message.getContent();
            assertThat(parts.getCount()).isEqualTo(2);
            // RFC 2046: the plainest first.
            assertThat(parts.getBodyPart(0).getContentType()).isEqualToIgnoringCase("text/plain; charset=UTF-8");
            assertThat(parts.getBodyPart(1).getContentType()).isEqualToIgnoringCase("text/html; charset=UTF-8");
            assertThat(parts.getBodyPart(0).getContent().toString())
                    .contains(LETTER.text())
                    .contains("Keine E-Mails mehr: https://adhere.example.org/unsubscribe/");
            assertThat(parts.getBodyPart(1).getContent().toString())
                    .contains("lang=\"de\"")
                    .contains("Deine Übungen für heute &lt;b&gt;stehen&lt;/b&gt; bald &amp; &quot;bald&quot; an.")
                    .contains("<a href=\"https://adhere.example.org/unsubscribe/");
        } finally {
            server.stop();
        }
    }

    @Test
    void neither_subject_nor_preview_says_what_it_is_about() throws Exception {
        var server = started();
        try {
            MimeMessage message = received(at(server.getSmtp().getPort()), server);
            assertThat(message.getSubject()).isEqualTo("Eine Erinnerung");
            var parts = (MimeMultipart) message.getContent();
            assertThat(parts.getBodyPart(0).getContent().toString())
                    .startsWith("Diese Nachricht öffnen, um sie zu lesen.");
            String html = parts.getBodyPart(1).getContent().toString();
            String shown = html.substring(html.indexOf("<body"))
                    .replaceAll("<[^>]*>", "")
                    .replaceAll("&#?\\w+;", "·")
                    .strip();
            // Mailboxes show about 150 signs.
            assertThat(shown.substring(0, 300))
                    .startsWith("Diese Nachricht öffnen")
                    .doesNotContain("Übungen");
        } finally {
            server.stop();
        }
    }

    @Test
    void a_mailbox_can_unsubscribe_with_one_click() throws Exception {
        var server = started();
        try {
            MimeMessage message = received(at(server.getSmtp().getPort()), server);
            assertThat(message.getHeader("List-Unsubscribe-Post")).containsExactly("List-Unsubscribe=One-Click");
            String header = message.getHeader("List-Unsubscribe", null);
            String unfolded = jakarta.mail.internet.MimeUtility.unfold(header);
            assertThat(unfolded).matches("<https://adhere\\.example\\.org/unsubscribe/[\\w-]+\\.[\\w-]{43}>");
            String token = unfolded.substring(unfolded.lastIndexOf('/') + 1, unfolded.length() - 1);
            assertThat(LINKS.read(token)).isNotNull();
        } finally {
            server.stop();
        }
    }

    @Test
    void where_no_link_is_set_up_there_is_none() throws Exception {
        var server = started();
        try {
            var links = new Unsubscribing(new UnsubscribeSettings(null, " "));
            MimeMessage message = received(at(server.getSmtp().getPort(), links), server);
            assertThat(message.getHeader("List-Unsubscribe")).isNull();
            assertThat(message.getHeader("List-Unsubscribe-Post")).isNull();
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
            assertThat(at(server.port()).send(LETTER).result()).isEqualTo(expected);
        }
    }

    @Test
    void a_server_that_is_not_there_is_asked_later() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        assertThat(at(nobody).send(LETTER).result()).isEqualTo(Result.LATER);
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
