package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Web Push's cryptography against the examples of its RFCs.
class PushCipherTest {

    // RFC 8291, appendix A.
    private static final String SENDER_PUBLIC =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private static final String SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private static final String RECEIVER_PUBLIC =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private static final String AUTH = "BTBZMqHH6r4Tts7J_aSIgg";
    private static final String SALT = "DGv6ra1nlYgDCS1FRnbzlw";
    private static final String PLAIN = "When I grow up, I want to be a watermelon";
    private static final String ENCRYPTED = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
            + "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
            + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    static byte[] bytes(String base64url) {
        return Base64.getUrlDecoder().decode(base64url);
    }

    @Test
    void it_encrypts_the_example_of_rfc_8291() {
        byte[] plain = PLAIN.getBytes(StandardCharsets.US_ASCII);
        byte[] encrypted = PushCipher.encrypt(
                plain,
                P256.publicKey(bytes(RECEIVER_PUBLIC)),
                bytes(AUTH),
                new KeyPair(P256.publicKey(bytes(SENDER_PUBLIC)), P256.privateKey(bytes(SENDER_PRIVATE))),
                bytes(SALT),
                plain.length + 1);
        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(encrypted))
                .isEqualTo(ENCRYPTED);
    }

    @Test
    void every_message_is_as_long_as_any_other_and_differs_from_the_same_one_before() {
        var to = P256.publicKey(bytes(RECEIVER_PUBLIC));
        byte[] shorter = PushCipher.encrypt(new byte[1], to, bytes(AUTH));
        byte[] longer = PushCipher.encrypt(new byte[700], to, bytes(AUTH));
        assertThat(shorter).hasSameSizeAs(longer);
        byte[] again = PushCipher.encrypt(new byte[1], to, bytes(AUTH));
        assertThat(java.util.Arrays.copyOf(again, 16))
                .as("the salt")
                .isNotEqualTo(java.util.Arrays.copyOf(shorter, 16));
        assertThat(java.util.Arrays.copyOfRange(again, 21, 86))
                .as("the sender's key")
                .isNotEqualTo(java.util.Arrays.copyOfRange(shorter, 21, 86));
    }

    @Test
    void what_the_receiver_decrypts_is_what_was_sent() throws Exception {
        KeyPair receiver = P256.generate();
        byte[] message = "Übungen".getBytes(StandardCharsets.UTF_8);
        byte[] encrypted = PushCipher.encrypt(message, (ECPublicKey) receiver.getPublic(), bytes(AUTH));
        assertThat(Decrypted.of(encrypted, receiver, bytes(AUTH))).isEqualTo(message);
    }

    @Test
    void what_is_no_point_of_the_curve_is_no_key() {
        byte[] point = bytes(RECEIVER_PUBLIC);
        point[64] ^= 1;
        byte[] compressed = bytes(RECEIVER_PUBLIC);
        compressed[0] = 2;
        byte[] huge = new byte[65];
        java.util.Arrays.fill(huge, (byte) 0xff);
        huge[0] = 4;
        byte[] zero = new byte[65];
        zero[0] = 4;
        for (byte[] wrong : new byte[][] {point, compressed, huge, zero, new byte[0], new byte[33], new byte[66]}) {
            assertThatIllegalArgumentException().isThrownBy(() -> P256.publicKey(wrong));
        }
    }

    @Test
    void keys_are_written_in_full_though_they_begin_with_zeros() {
        for (int i = 0; i < 600; i++) {
            var key = (ECPublicKey) P256.generate().getPublic();
            assertThat(P256.publicKey(P256.bytes(key)).getW()).isEqualTo(key.getW());
        }
    }

    @Test
    void the_token_of_rfc_8292_holds_under_its_key() throws Exception {
        String token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0"
                + "NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiU"
                + "fnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
        assertThat(holds(
                        token,
                        "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"))
                .isTrue();
    }

    static boolean holds(String token, String key) throws Exception {
        int end = token.lastIndexOf('.');
        var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(P256.publicKey(bytes(key)));
        signature.update(token.substring(0, end).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(bytes(token.substring(end + 1)));
    }

    @Test
    void an_authorization_names_the_push_service_the_operator_and_the_key() throws Exception {
        var vapid = new Vapid(
                new PushSettings(SENDER_PUBLIC, SENDER_PRIVATE, "mailto:ops@example.org"), JsonMapper.shared());
        String value = vapid.authorization(
                URI.create("https://push.example.net:8443/a/b?c"), Instant.parse("2025-03-05T16:30:00Z"));
        assertThat(value).startsWith("vapid t=").endsWith(", k=" + SENDER_PUBLIC);
        String token = value.substring("vapid t=".length(), value.indexOf(','));
        assertThat(holds(token, SENDER_PUBLIC)).isTrue();
        JsonNode head = JsonMapper.shared().readTree(bytes(token.split("\\.")[0]));
        JsonNode claims = JsonMapper.shared().readTree(bytes(token.split("\\.")[1]));
        assertThat(head.toString()).isEqualTo("{\"typ\":\"JWT\",\"alg\":\"ES256\"}");
        assertThat(claims.get("aud").asString()).isEqualTo("https://push.example.net:8443");
        // RFC 8292, 2: no more than 24 hours.
        assertThat(claims.get("exp").asLong())
                .isEqualTo(Instant.parse("2025-03-06T04:30:00Z").getEpochSecond());
        assertThat(claims.get("sub").asString()).isEqualTo("mailto:ops@example.org");
    }

    @Test
    void keys_that_are_none_or_no_pair_stop_the_start() {
        String other = Base64.getUrlEncoder().withoutPadding().encodeToString(P256.bytes((ECPublicKey)
                P256.generate().getPublic()));
        String subject = "mailto:ops@example.org";
        assertThatIllegalArgumentException().isThrownBy(() -> vapid(other, SENDER_PRIVATE, subject));
        assertThatIllegalArgumentException().isThrownBy(() -> vapid("nothing", SENDER_PRIVATE, subject));
        assertThatIllegalArgumentException().isThrownBy(() -> vapid(SENDER_PUBLIC, "AAAA", subject));
        assertThatIllegalArgumentException().isThrownBy(() -> vapid(SENDER_PUBLIC, null, subject));
        assertThatIllegalArgumentException().isThrownBy(() -> vapid(SENDER_PUBLIC, SENDER_PRIVATE, null));
        assertThatIllegalArgumentException().isThrownBy(() -> vapid(SENDER_PUBLIC, SENDER_PRIVATE, "ops"));
        assertThat(vapid(null, null, subject).publicKey()).isNull();
        assertThat(vapid(SENDER_PUBLIC, SENDER_PRIVATE, subject).publicKey()).isEqualTo(SENDER_PUBLIC);
    }

    private static Vapid vapid(
            @org.jspecify.annotations.Nullable String publicKey,
            @org.jspecify.annotations.Nullable String privateKey,
            @org.jspecify.annotations.Nullable String subject) {
        return new Vapid(new PushSettings(publicKey, privateKey, subject), JsonMapper.shared());
    }

    /// What a browser makes of a message, written from RFC 8188 and 8291 and apart from how the sender
    /// derives its keys.
    static final class Decrypted {

        private Decrypted() {}

        static byte[] of(byte[] message, KeyPair own, byte[] auth) throws Exception {
            var in = java.nio.ByteBuffer.wrap(message);
            byte[] salt = new byte[16];
            in.get(salt);
            int recordSize = in.getInt();
            byte[] sender = new byte[in.get()];
            in.get(sender);
            byte[] cipherText = new byte[in.remaining()];
            in.get(cipherText);
            assertThat(cipherText.length).isLessThanOrEqualTo(recordSize);
            var agreement = javax.crypto.KeyAgreement.getInstance("ECDH");
            agreement.init((ECPrivateKey) own.getPrivate());
            var _ = agreement.doPhase(P256.publicKey(sender), true);
            var info = new java.io.ByteArrayOutputStream();
            info.writeBytes("WebPush: info\0".getBytes(StandardCharsets.US_ASCII));
            info.writeBytes(P256.bytes((ECPublicKey) own.getPublic()));
            info.writeBytes(sender);
            info.write(1);
            byte[] input = hmac(hmac(auth, agreement.generateSecret()), info.toByteArray());
            byte[] prk = hmac(salt, input);
            byte[] key = java.util.Arrays.copyOf(
                    hmac(prk, "Content-Encoding: aes128gcm\0\1".getBytes(StandardCharsets.US_ASCII)), 16);
            byte[] nonce = java.util.Arrays.copyOf(
                    hmac(prk, "Content-Encoding: nonce\0\1".getBytes(StandardCharsets.US_ASCII)), 12);
            var cipher = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    javax.crypto.Cipher.DECRYPT_MODE,
                    new javax.crypto.spec.SecretKeySpec(key, "AES"),
                    new javax.crypto.spec.GCMParameterSpec(128, nonce));
            byte[] plain = cipher.doFinal(cipherText);
            int end = plain.length - 1;
            while (plain[end] == 0) {
                end--;
            }
            assertThat(plain[end]).as("the last record's delimiter").isEqualTo((byte) 2);
            return java.util.Arrays.copyOf(plain, end);
        }

        private static byte[] hmac(byte[] key, byte[] data) throws Exception {
            var mac = javax.crypto.Mac.getInstance("HmacSHA256");
            mac.init(new javax.crypto.spec.SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        }
    }
}
