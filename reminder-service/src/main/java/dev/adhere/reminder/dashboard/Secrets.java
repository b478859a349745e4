package dev.adhere.reminder.dashboard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// What nobody can guess.
final class Secrets {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /// 256 random bits.
    static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return text(bytes);
    }

    /// SHA-256 of a text: who has the hash cannot find what it is of.
    static String hash(String of) {
        try {
            return text(MessageDigest.getInstance("SHA-256").digest(of.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
