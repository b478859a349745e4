package dev.adhere.testbed;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// An issuer of really signed tokens: one RSA key, its public half served over HTTP on a free loopback port.
///
/// `token("user-001", "user")` is what a client app would hold. For what must be refused, [#signed] gives a valid
/// token's
/// header and claims to change, and [#key] what to sign with.
public final class TestIssuer implements AutoCloseable {

    /// The audience of every token made here.
    public static final String AUDIENCE = "adhere";

    private final Clock clock;
    private final RSAKey key;
    private final HttpServer server;
    private final Map<String, SigningIn> codes = new ConcurrentHashMap<>();
    private volatile JWKSet published;

    private TestIssuer(Clock clock, RSAKey key, HttpServer server) {
        this.clock = clock;
        this.key = key;
        this.server = server;
        this.published = new JWKSet(key.toPublicJWK());
    }

    /// An issuer whose tokens are valid by the system's clock.
    public static TestIssuer start() {
        return start(Clock.systemUTC());
    }

    /// An issuer whose tokens are valid by the given clock.
    public static TestIssuer start(Clock clock) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var issuer = new TestIssuer(clock, newKey(), server);
            var _ = server.createContext("/oauth2/jwks", exchange -> {
                try (exchange) {
                    byte[] body = issuer.published.toString().getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                }
            });
            var _ = server.createContext("/oauth2/token", issuer::exchange);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
            return issuer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Somebody who has signed in and is on the way back to a relying party with a code.
    ///
    /// @param clientId the relying party
    /// @param nonce as the request to sign in had it
    /// @param codeChallenge of PKCE, as the request had it
    /// @param claims of the ID token, changed from those of a valid one of `coach-anna`
    public record SigningIn(
            String clientId, String nonce, String codeChallenge, Consumer<JWTClaimsSet.Builder> claims) {}

    /// Has the token endpoint, `/oauth2/token`, give an ID token for this code, once, to who has the verifier.
    public void signsIn(String code, SigningIn who) {
        codes.put(code, who);
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            var form = new HashMap<String, String>();
            for (String pair :
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).split("&")) {
                String[] parts = pair.split("=", 2);
                form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
            SigningIn who = codes.remove(String.valueOf(form.get("code")));
            boolean verified = who != null
                    && who.clientId().equals(form.get("client_id"))
                    && who.codeChallenge().equals(challenge(String.valueOf(form.get("code_verifier"))));
            byte[] body = (who == null || !verified ? "{\"error\":\"invalid_grant\"}" : answer(who))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(verified ? 200 : 400, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private String answer(SigningIn who) {
        String idToken = signed(
                _ -> {},
                claims -> who.claims()
                        .accept(claims.subject("coach-anna")
                                .audience(who.clientId())
                                .claim("nonce", who.nonce())
                                .claim("roles", List.of("coach"))));
        return "{\"access_token\":\"unused\",\"token_type\":\"Bearer\",\"expires_in\":60,\"scope\":\"openid\",\"id_token\":\""
                + idToken + "\"}";
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A new RSA key with an id of its own: another signer, or the next key of a rotation.
    public static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The `iss` of every token; for `adhere.security.issuer`.
    public String issuerUri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Where the keys are; for `adhere.security.jwks-uri`.
    public String jwksUri() {
        return issuerUri() + "/oauth2/jwks";
    }

    /// The key that tokens are signed with, its private half too.
    public RSAKey key() {
        return key;
    }

    /// Serves these keys from now on, public halves only.
    public void publish(RSAKey... keys) {
        published = new JWKSet(List.of(keys).stream()
                .map(RSAKey::toPublicJWK)
                .map(com.nimbusds.jose.jwk.JWK.class::cast)
                .toList());
    }

    /// A valid access token, good for an hour.
    ///
    /// @param subject who the caller is
    /// @param roles lower-case role names, as in `user`
    public String token(String subject, String... roles) {
        return signed(_ -> {}, claims -> claims.subject(subject).claim("roles", List.of(roles)));
    }

    /// A token signed by this issuer's key, with anything about its header and claims changed. They start as those of a
    /// valid token of `user-001`; a claim set to null goes away.
    public String signed(Consumer<JWSHeader.Builder> header, Consumer<JWTClaimsSet.Builder> claims) {
        try {
            return signed(new RSASSASigner(key), header, claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same, signed by whatever the test brings. The header's algorithm must be one that the signer knows.
    public String signed(JWSSigner signer, Consumer<JWSHeader.Builder> header, Consumer<JWTClaimsSet.Builder> claims) {
        return signed(signer, JWSAlgorithm.RS256, header, claims);
    }

    /// The same under another algorithm.
    public String signed(
            JWSSigner signer,
            JWSAlgorithm algorithm,
            Consumer<JWSHeader.Builder> header,
            Consumer<JWTClaimsSet.Builder> claims) {
        try {
            var token = new SignedJWT(header(algorithm, header), claims(claims));
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The claims of a valid token after a change: what a test needs to build a token that no signer makes, `alg: none`
    /// for one.
    public JWTClaimsSet claims(Consumer<JWTClaimsSet.Builder> change) {
        Instant now = clock.instant();
        var claims = new JWTClaimsSet.Builder()
                .issuer(issuerUri())
                .subject("user-001")
                .audience(AUDIENCE)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofHours(1))))
                .jwtID(UUID.randomUUID().toString())
                .claim("roles", List.of("user"));
        change.accept(claims);
        return claims.build();
    }

    private JWSHeader header(JWSAlgorithm algorithm, Consumer<JWSHeader.Builder> change) {
        var header = new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).type(JOSEObjectType.JWT);
        change.accept(header);
        return header.build();
    }

    /// From now on the keys cannot be fetched.
    @Override
    public void close() {
        server.stop(0);
    }
}
