package dev.adhere.reminder;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Objects;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/// One attempt to hand a nudge to a mail server (RFC 5321). Blocks, for as long as the server's time-outs
/// allow.
final class Mail implements Courier.Sender {

    private static final Logger log = LoggerFactory.getLogger(Mail.class);

    private final JavaMailSenderImpl server;
    private final InternetAddress from;
    private final Unsubscribing unsubscribing;

    /// @param from an address (RFC 5322)
    Mail(JavaMailSenderImpl server, String from, Unsubscribing unsubscribing) {
        this.server = server;
        this.unsubscribing = unsubscribing;
        try {
            this.from = new InternetAddress(from, true);
        } catch (AddressException e) {
            throw new IllegalArgumentException("adhere.mail.from is not an e-mail address", e);
        }
    }

    @Override
    public Nudging.Ended send(Courier.Letter letter) {
        return Nudging.Ended.with(attempt(letter));
    }

    private Nudging.Result attempt(Courier.Letter letter) {
        Session session = server.getSession();
        Transport transport;
        MimeMessage message;
        try {
            message = message(session, letter);
            transport = session.getTransport(server.getProtocol() == null ? "smtp" : server.getProtocol());
            transport.connect(server.getHost(), server.getPort(), server.getUsername(), server.getPassword());
        } catch (AddressException _) {
            return Nudging.Result.REFUSED;
        } catch (MessagingException e) {
            log.warn("the mail server cannot be reached: {}", e.getClass().getName());
            // Whatever fails before the message was begun has sent nothing.
            return Nudging.Result.LATER;
        }
        Nudging.Result result = hand(transport, message);
        try {
            transport.close();
        } catch (MessagingException _) {
            // A goodbye that fails changes nothing about the message.
        }
        return result;
    }

    private static Nudging.Result hand(Transport transport, MimeMessage message) {
        try {
            transport.sendMessage(message, message.getAllRecipients());
            return Nudging.Result.TAKEN;
        } catch (SendFailedException e) {
            int reply = replyOf(e);
            log.warn("the mail server refused a message: reply {}", reply);
            return byReply(reply);
        } catch (MessagingException e) {
            log.warn("a message may or may not have been sent: {}", e.getClass().getName());
            // The line was cut, or the answer did not come: the server may have taken it.
            return Nudging.Result.UNKNOWN;
        }
    }

    private static int replyOf(MessagingException failure) {
        Exception e = failure;
        int reply = -1;
        while (e instanceof MessagingException each) {
            switch (each) {
                case SMTPAddressFailedException address -> reply = address.getReturnCode();
                case SMTPSenderFailedException sender -> reply = sender.getReturnCode();
                case SMTPSendFailedException send -> reply = send.getReturnCode();
                default -> {}
            }
            e = each.getNextException();
        }
        return reply;
    }

    // RFC 5321, 4.2.1: 4yz is a refusal for now, 5yz for good. No reply: nobody knows.
    private static Nudging.Result byReply(int reply) {
        return switch (reply / 100) {
            case 4 -> Nudging.Result.LATER;
            case 5 -> Nudging.Result.REFUSED;
            default -> Nudging.Result.UNKNOWN;
        };
    }

    private MimeMessage message(Session session, Courier.Letter letter) throws MessagingException {
        // The same message twice can be told from a nudge that comes again after a snooze.
        var message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + letter.id() + "@adhere>");
            }
        };
        Preferences preferences = letter.preferences();
        String to = Objects.requireNonNull(preferences.email());
        String link = unsubscribing.link(letter.userId(), to);
        message.setFrom(from);
        message.setRecipient(MimeMessage.RecipientType.TO, new InternetAddress(to, true));
        message.setSubject(NudgeTexts.mailSubject(preferences.language()), StandardCharsets.UTF_8.name());
        message.setSentDate(Date.from(letter.at()));
        message.setHeader("Auto-Submitted", "auto-generated");
        if (link != null) {
            // RFC 8058: the mailbox shows a button that needs no page.
            message.setHeader("List-Unsubscribe", "<" + link + ">");
            message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        message.setContent(new MimeMultipart(
                "alternative",
                part(MailText.plain(letter.text(), preferences.language(), link), "plain"),
                part(MailText.html(letter.text(), preferences.language(), link), "html")));
        return message;
    }

    private static MimeBodyPart part(String content, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(content, StandardCharsets.UTF_8.name(), subtype);
        return part;
    }
}
