package dev.adhere.reminder;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.reminder.PushSubscriptions.Subscription;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The browsers and apps that a user wants nudges pushed to (W3C Push API, RFC 8030). They are the user's
/// own: no coach sees them.
@RestController
class PushController {

    private static final String ID = "3f8a1c7e-9f0d-3f5e-8a51-6c1f6d0f2b7a";
    private static final String P256DH =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    private final Access access;
    private final PushSubscriptions subscriptions;
    private final PublicAddresses addresses;
    private final Vapid vapid;
    private final Clock clock;

    PushController(
            Access access, PushSubscriptions subscriptions, PublicAddresses addresses, Vapid vapid, Clock clock) {
        this.access = access;
        this.subscriptions = subscriptions;
        this.addresses = addresses;
        this.vapid = vapid;
        this.clock = clock;
    }

    /// The key that clients subscribe with.
    ///
    /// @param publicKey a point of P-256 in base64url: the `applicationServerKey` (RFC 8292)
    @Schema(name = "PushKey")
    record Key(@Schema(example = P256DH) String publicKey) {}

    /// A subscription as `PushSubscription.toJSON()` of a browser gives it.
    ///
    /// @param endpoint the push service's https URL for this subscription
    /// @param expirationTime taken and not used: the push service says when it has ended
    /// @param keys of the browser or app
    @FromClient
    @Schema(name = "NewPushSubscription")
    record Body(
            @Schema(example = "https://push.example.net/wpush/v2/gAAAAABn", pattern = "^https?://") @Nullable
            String endpoint,

            @Nullable Long expirationTime,
            @Nullable KeysBody keys) {}

    /// What messages are encrypted with (RFC 8291). Never shown again.
    ///
    /// @param p256dh the public key: a point of P-256 in base64url
    /// @param auth 16 secret bytes in base64url
    @FromClient
    @Schema(name = "PushKeys")
    record KeysBody(
            @Schema(example = P256DH) @Nullable String p256dh,

            @Schema(example = "BTBZMqHH6r4Tts7J_aSIgg") @Nullable
            String auth) {}

    /// A subscription as it is shown.
    ///
    /// @param id names it here
    /// @param origin of the push service
    /// @param createdAt when it was made or renewed
    @Schema(name = "PushSubscription")
    record Shown(
            @Schema(example = ID) String id,
            @Schema(example = "https://push.example.net") String origin,
            Instant createdAt) {

        static Shown of(Subscription s) {
            return new Shown(s.id(), Vapid.origin(URI.create(s.endpoint())), s.createdAt());
        }
    }

    /// A user's subscriptions.
    ///
    /// @param items oldest first, eight at most
    @Schema(name = "PushSubscriptions")
    record All(List<Shown> items) {}

    /// The key that clients subscribe with; there is none where the deployment has no Web Push.
    @Answers(problems = ProblemType.NOT_FOUND)
    @GetMapping("/v1/push-key")
    Mono<Key> pushKey(Caller caller) {
        return Mono.fromSupplier(() -> new Key(configured()));
    }

    /// The browsers and apps that the user wants nudges pushed to, as the user.
    @Answers
    @GetMapping("/v1/users/{userId}/push-subscriptions")
    Mono<All> pushSubscriptions(@PathVariable String userId, Caller caller) {
        return own(
                caller,
                userId,
                () -> new All(subscriptions.of(userId).stream().map(Shown::of).toList()));
    }

    /// Adds a browser or app, as the user. It is used where `channels` of the preferences name WEB_PUSH.
    ///
    /// The same endpoint again takes its new keys. An endpoint that was another user's is so no more: the
    /// browser has changed hands. Eight a user at most.
    @Answers(
            status = {201, 200},
            problems = {ProblemType.VALIDATION_FAILED, ProblemType.TOO_MANY})
    @PostMapping("/v1/users/{userId}/push-subscriptions")
    Mono<ResponseEntity<Shown>> subscribe(@PathVariable String userId, @RequestBody Body body, Caller caller) {
        return own(caller, userId, () -> {
            var _ = configured();
            Subscription given = subscription(userId, body);
            boolean known = subscriptions.find(userId, given.id()) != null;
            if (!known && subscriptions.of(userId).size() >= PushSubscriptions.MOST) {
                throw Problem.of(ProblemType.TOO_MANY).asException();
            }
            subscriptions.put(given);
            return ResponseEntity.status(known ? HttpStatus.OK : HttpStatus.CREATED)
                    .body(Shown.of(given));
        });
    }

    /// Takes a browser or app away, as the user.
    ///
    /// @param id the subscription's id
    @Answers(status = 204)
    @DeleteMapping("/v1/users/{userId}/push-subscriptions/{id}")
    Mono<ResponseEntity<Void>> unsubscribe(
            @PathVariable String userId, @PathVariable @Parameter(example = ID) String id, Caller caller) {
        return own(caller, userId, () -> {
            if (!subscriptions.remove(userId, id)) {
                throw Problem.notFound().asException();
            }
            return ResponseEntity.noContent().build();
        });
    }

    private <T> Mono<T> own(Caller caller, String userId, java.util.concurrent.Callable<T> work) {
        return Blocking.call(() -> {
            caller.require(Role.USER, Role.COACH);
            access.requireSelf(caller, access.read(caller, userId));
            return work.call();
        });
    }

    private String configured() {
        String key = vapid.publicKey();
        if (key == null) {
            throw Problem.notFound().asException();
        }
        return key;
    }

    private Subscription subscription(String userId, Body body) {
        var faults = new ArrayList<FieldError>();
        if (body.endpoint() == null || addresses.check(body.endpoint()) == null) {
            faults.add(new FieldError("endpoint", PreferencesController.PUBLIC_URL));
        }
        KeysBody keys = body.keys();
        if (keys == null || keys.p256dh() == null || !isPoint(keys.p256dh())) {
            faults.add(new FieldError("keys.p256dh", "must be a point of P-256, uncompressed, in base64url"));
        }
        if (keys == null || keys.auth() == null || decoded(keys.auth()).length != PushCipher.AUTH_BYTES) {
            faults.add(new FieldError("keys.auth", "must be 16 bytes in base64url"));
        }
        if (!faults.isEmpty()) {
            throw Problem.validationFailed(faults).asException();
        }
        String endpoint = Objects.requireNonNull(body.endpoint());
        KeysBody given = Objects.requireNonNull(keys);
        return new Subscription(
                PushSubscriptions.id(userId, endpoint),
                userId,
                endpoint,
                Objects.requireNonNull(given.p256dh()),
                Objects.requireNonNull(given.auth()),
                clock.instant());
    }

    private static boolean isPoint(String text) {
        try {
            var _ = P256.publicKey(decoded(text));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }
}
