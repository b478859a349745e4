package dev.adhere.reminder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts a message for one browser or app, so that the push service in between learns nothing of it: RFC
/// 8291, as one record of the content coding `aes128gcm` (RFC 8188).
final class PushCipher {

    static final int AUTH_BYTES = 16;

    private static final int SALT_BYTES = 16;
    private static final int KEY_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int SECRET_BYTES = 32;
    private static final int TAG_BITS = 128;
    private static final int RECORD_SIZE = 4_096;
    private static final byte LAST_RECORD = 2;

    // Every message is filled up to this, so that its length tells nothing either.
    private static final int PLAIN_BYTES = 1_024;

    private static final SecureRandom RANDOM = new SecureRandom();

    private PushCipher() {}

    /// @param to the subscription's `p256dh`
    /// @param auth the subscription's `auth`
    static byte[] encrypt(byte[] message, ECPublicKey to, byte[] auth) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return encrypt(message, to, auth, P256.generate(), salt, Math.max(PLAIN_BYTES, message.length + 1));
    }

    /// With everything given that is otherwise random.
    ///
    /// @param length of what is encrypted: the message, a delimiter and zeros
    static byte[] encrypt(byte[] message, ECPublicKey to, byte[] auth, KeyPair from, byte[] salt, int length) {
        byte[] plain = Arrays.copyOf(message, length);
        plain[message.length] = LAST_RECORD;
        byte[] sender = P256.bytes((ECPublicKey) from.getPublic());
        try {
            var agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(from.getPrivate());
            var _ = agreement.doPhase(to, true);
            byte[] input = derive(
                    agreement.generateSecret(),
                    auth,
                    concat(ascii("WebPush: info\0"), P256.bytes(to), sender),
                    SECRET_BYTES);
            byte[] key = derive(input, salt, ascii("Content-Encoding: aes128gcm\0"), KEY_BYTES);
            byte[] nonce = derive(input, salt, ascii("Content-Encoding: nonce\0"), NONCE_BYTES);
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            byte[] head = ByteBuffer.allocate(SALT_BYTES + Integer.BYTES + 1)
                    .put(salt)
                    .putInt(RECORD_SIZE)
                    .put((byte) sender.length)
                    .array();
            return concat(head, sender, cipher.doFinal(plain));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] derive(byte[] input, byte[] salt, byte[] info, int length) throws GeneralSecurityException {
        return KDF.getInstance("HKDF-SHA256")
                .deriveData(HKDFParameterSpec.ofExtract()
                        .addIKM(input)
                        .addSalt(salt)
                        .thenExpand(info, length));
    }

    private static byte[] concat(byte[]... parts) {
        var all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
