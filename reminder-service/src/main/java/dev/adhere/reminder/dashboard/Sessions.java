package dev.adhere.reminder.dashboard;

import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.server.context.ServerSecurityContextRepository;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.security.web.server.csrf.DefaultCsrfToken;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRepository;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Who is signed in: one document a session in MongoDB, which every instance reads. The browser has a random
/// key in a
/// cookie, the document only the key's hash; what ends a session ends it everywhere at once.
final class Sessions implements ServerSecurityContextRepository, ServerCsrfTokenRepository {

    /// What streams read of a session is no sign that somebody is there.
    static final String STREAM = "/updates";

    private static final String OF_EXCHANGE = Sessions.class.getName();
    private static final Duration SEEN_EVERY = Duration.ofSeconds(30);

    private final MongoCollection<Document> sessions;
    private final DashboardSettings settings;
    private final Clock clock;

    Sessions(MongoDatabase database, DashboardSettings settings, Clock clock) {
        this.sessions = database.getCollection("sessions")
                .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadConcern(ReadConcern.MAJORITY);
        this.settings = settings;
        this.clock = clock;
    }

    /// One coach in one browser.
    ///
    /// @param key hash of what the cookie holds
    /// @param csrf what a form of this session has to bring along
    record Session(String key, Caller caller, String csrf) {}

    void prepare() {
        var _ = sessions.createIndex(Indexes.ascending("endsAt"));
    }

    /// The session of a request; empty if there is none, or it is over.
    Mono<Session> of(ServerWebExchange exchange) {
        Mono<Optional<Session>> known = exchange.getAttribute(OF_EXCHANGE);
        if (known == null) {
            known = Mono.defer(() -> find(exchange)).cache();
            exchange.getAttributes().put(OF_EXCHANGE, known);
        }
        return known.flatMap(Mono::justOrEmpty);
    }

    private Mono<Optional<Session>> find(ServerWebExchange exchange) {
        HttpCookie cookie = exchange.getRequest().getCookies().getFirst(name());
        if (cookie == null || cookie.getValue().isBlank()) {
            return Mono.just(Optional.empty());
        }
        boolean somebodyIsThere = !exchange.getRequest().getPath().value().equals(STREAM);
        return Blocking.call(() -> Optional.ofNullable(find(Secrets.hash(cookie.getValue()), somebodyIsThere)));
    }

    /// Whether a session is still good, without counting as a sign of life.
    Mono<Boolean> lives(String key) {
        return Blocking.call(() -> find(key, false) != null);
    }

    private @Nullable Session find(String key, boolean somebodyIsThere) {
        Instant now = clock.instant();
        Document doc = sessions.find(Filters.and(Filters.eq("_id", key), Filters.gt("endsAt", Date.from(now))))
                .first();
        if (doc == null) {
            return null;
        }
        Instant seen = doc.getDate("seenAt").toInstant();
        if (!seen.plus(settings.idle()).isAfter(now)) {
            var _ = sessions.deleteOne(Filters.eq("_id", key));
            return null;
        }
        if (somebodyIsThere && seen.plus(SEEN_EVERY).isBefore(now)) {
            var _ = sessions.updateOne(Filters.eq("_id", key), Updates.max("seenAt", Date.from(now)));
        }
        return new Session(key, new Caller(doc.getString("coachId"), EnumSet.of(Role.COACH)), doc.getString("csrf"));
    }

    // ---- as Spring Security asks

    @Override
    public Mono<SecurityContext> load(ServerWebExchange exchange) {
        return of(exchange).map(session -> new SecurityContextImpl(new SignedIn(session)));
    }

    /// Begins a session for who has just signed in, under a new key.
    @Override
    public Mono<Void> save(ServerWebExchange exchange, @Nullable SecurityContext context) {
        Authentication who = context == null ? null : context.getAuthentication();
        if (who == null) {
            return end(exchange);
        }
        if (who instanceof SignedIn) {
            return Mono.empty();
        }
        String secret = Secrets.random();
        return forget(exchange)
                .then(Blocking.call(() -> begin(secret, callerOf(who))))
                .doOnSuccess(_ -> exchange.getResponse().addCookie(cookie(secret, null)))
                .then();
    }

    private boolean begin(String secret, Caller coach) {
        Instant now = clock.instant();
        var _ = sessions.deleteMany(Filters.lte("endsAt", Date.from(now)));
        return sessions.insertOne(new Document("_id", Secrets.hash(secret))
                        .append("coachId", coach.userId())
                        .append("csrf", Secrets.random())
                        .append("seenAt", Date.from(now))
                        .append("endsAt", Date.from(now.plus(settings.longest()))))
                .wasAcknowledged();
    }

    /// Ends the session of a request, if it has one.
    Mono<Void> end(ServerWebExchange exchange) {
        return forget(exchange)
                .then(Mono.fromRunnable(() -> exchange.getResponse().addCookie(cookie("", Duration.ZERO))));
    }

    private Mono<Boolean> forget(ServerWebExchange exchange) {
        HttpCookie cookie = exchange.getRequest().getCookies().getFirst(name());
        return cookie == null
                ? Mono.just(false)
                : Blocking.call(() -> sessions.deleteOne(Filters.eq("_id", Secrets.hash(cookie.getValue())))
                                .getDeletedCount()
                        > 0);
    }

    /// Somebody who is signed in.
    static final class SignedIn extends AbstractAuthenticationToken {

        private static final long serialVersionUID = 1;

        private final transient Session session;

        SignedIn(Session session) {
            super(List.of());
            this.session = session;
            setDetails(session.caller());
            setAuthenticated(true);
        }

        Session session() {
            return session;
        }

        @Override
        public Object getCredentials() {
            return "";
        }

        @Override
        public Object getPrincipal() {
            return session.caller().userId();
        }
    }

    /// Whom an ID token names, with the roles of its claim `roles`.
    static Caller callerOf(Authentication signedIn) {
        if (!(signedIn.getPrincipal() instanceof OidcUser user)) {
            throw new IllegalStateException("signed in by other means than an ID token");
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        if (user.getClaims().get("roles") instanceof List<?> names) {
            for (Role role : Role.values()) {
                if (names.contains(role.name().toLowerCase(Locale.ROOT))) {
                    roles.add(role);
                }
            }
        }
        return new Caller(user.getName(), roles);
    }

    // ---- what forms bring along

    @Override
    public Mono<CsrfToken> loadToken(ServerWebExchange exchange) {
        return of(exchange).map(session -> token(session.csrf()));
    }

    /// One that fits nothing: without a session there is nothing to be forged.
    @Override
    public Mono<CsrfToken> generateToken(ServerWebExchange exchange) {
        return Mono.fromSupplier(() -> token(Secrets.random()));
    }

    @Override
    public Mono<Void> saveToken(ServerWebExchange exchange, @Nullable CsrfToken token) {
        return Mono.empty();
    }

    private static CsrfToken token(String value) {
        return new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", value);
    }

    // ---- cookies

    private String name() {
        return settings.cookie("adhere");
    }

    // Lax and not Strict: the first page after signing in is reached by a navigation from the provider.
    private ResponseCookie cookie(String value, @Nullable Duration lasts) {
        var cookie = ResponseCookie.from(name(), value)
                .httpOnly(true)
                .secure(settings.secure())
                .sameSite("Lax")
                .path("/");
        return (lasts == null ? cookie : cookie.maxAge(lasts)).build();
    }
}
