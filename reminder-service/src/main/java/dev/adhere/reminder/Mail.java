package dev.adhere.reminder;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/// One attempt to hand a nudge to a mail server (RFC 5321). Blocks, for as long as the server's time-outs allow.
final class Mail implements Courier.Channel {

    private final JavaMailSenderImpl server;
    private final String from;

    Mail(JavaMailSenderImpl server, String from) {
        this.server = server;
        this.from = from;
    }

    @Override
    public Nudging.Result send(Courier.Letter letter) {
        Session session = server.getSession();
        Transport transport;
        MimeMessage message;
        try {
            message = message(session, letter);
            transport = session.getTransport("smtp");
            transport.connect(server.getHost(), server.getPort(), server.getUsername(), server.getPassword());
        } catch (AddressException _) {
            return Nudging.Result.REFUSED;
        } catch (MessagingException _) {
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
            return byReply(replyOf(e));
        } catch (MessagingException _) {
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
        // One nudge has one id: a mailbox that gets it twice can tell.
        var message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + letter.nudgeId() + "@adhere>");
            }
        };
        message.setFrom(new InternetAddress(from));
        message.setRecipient(MimeMessage.RecipientType.TO, new InternetAddress(letter.to()));
        message.setSubject(letter.subject(), StandardCharsets.UTF_8.name());
        message.setSentDate(Date.from(letter.decidedAt()));
        message.setHeader("Auto-Submitted", "auto-generated");
        message.setText(letter.text(), StandardCharsets.UTF_8.name());
        return message;
    }
}
