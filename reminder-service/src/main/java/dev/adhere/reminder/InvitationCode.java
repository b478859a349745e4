package dev.adhere.reminder;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a user hands to a coach: ten characters of Crockford's base 32, 50 random bits, to be read out and
/// typed.
///
/// @param value upper case, without a hyphen
record InvitationCode(String value) {

    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 10;
    private static final int LONGEST_TYPED = 40;
    private static final SecureRandom RANDOM = new SecureRandom();

    static InvitationCode random() {
        var digits = new StringBuilder();
        RANDOM.ints(LENGTH, 0, DIGITS.length()).forEach(i -> digits.append(DIGITS.charAt(i)));
        return new InvitationCode(digits.toString());
    }

    /// A code as people type it: whatever the case, with hyphens and blanks anywhere, O for 0, I and L for
    /// 1.
    ///
    /// @return null where it cannot be one
    static @Nullable InvitationCode read(String typed) {
        if (typed.length() > LONGEST_TYPED) {
            return null;
        }
        String digits = typed.replaceAll("[-\\s]", "")
                .toUpperCase(Locale.ROOT)
                .replace('O', '0')
                .replace('I', '1')
                .replace('L', '1');
        return digits.length() == LENGTH && digits.chars().allMatch(c -> DIGITS.indexOf(c) >= 0)
                ? new InvitationCode(digits)
                : null;
    }

    /// As it is shown: two groups of five.
    String shown() {
        return value.substring(0, LENGTH / 2) + "-" + value.substring(LENGTH / 2);
    }

    /// All that is stored of it: SHA-256 in hexadecimal.
    String hash() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "InvitationCode[]";
    }
}
