package dev.adhere.reminder.dashboard;

import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeReactiveAuthenticationManager;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.oidc.authentication.ReactiveOidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// The code flow of OpenID Connect with PKCE, such that any instance can end what another has begun: state,
/// nonce and
/// verifier are made of one secret, which only the browser keeps, in a cookie of ten minutes.
final class SignIn
        implements ServerOAuth2AuthorizationRequestResolver,
                ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest>,
                ServerOAuth2AuthorizedClientRepository {

    static final String REGISTRATION = "adhere";
    static final String START = "/oauth2/authorization/" + REGISTRATION;
    static final String END = "/login/oauth2/code/" + REGISTRATION;

    /// Signed in, but no coach: there is nothing here for such a person.
    static final String NO_COACH = "no_coach";

    private static final String SECRET = SignIn.class.getName();
    private static final Duration LASTS = Duration.ofMinutes(10);

    private final DashboardSettings settings;
    private final ClientRegistration client;
    private final String authorizationUri;
    private final Clock clock;

    /// @param issuer the `iss` of ID tokens
    /// @param jwksUri where the issuer's keys are; its `/oauth2/jwks` if blank
    SignIn(DashboardSettings settings, String issuer, @Nullable String jwksUri, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        String secret = settings.clientSecret();
        this.authorizationUri = or(settings.authorizationUri(), issuer + "/oauth2/authorize");
        boolean isPublic = secret == null || secret.isBlank();
        this.client = ClientRegistration.withRegistrationId(REGISTRATION)
                .clientId(settings.clientId())
                .clientSecret(isPublic ? "" : secret)
                .clientAuthenticationMethod(
                        isPublic ? ClientAuthenticationMethod.NONE : ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri(settings.at(END))
                .scope("openid")
                .authorizationUri(authorizationUri)
                .tokenUri(or(settings.tokenUri(), issuer + "/oauth2/token"))
                .jwkSetUri(or(jwksUri, issuer + "/oauth2/jwks"))
                .issuerUri(issuer)
                .userNameAttributeName(settings.subjectClaim())
                .build();
    }

    private static String or(@Nullable String given, String otherwise) {
        return given == null || given.isBlank() ? otherwise : given;
    }

    Mono<ClientRegistration> registration(String id) {
        return id.equals(REGISTRATION) ? Mono.just(client) : Mono.empty();
    }

    /// Exchanges the code and judges the ID token, by the application's clock; lets coaches pass.
    ReactiveAuthenticationManager judge() {
        // Nothing more is asked of the provider than what the ID token says.
        var oidc = new OidcAuthorizationCodeReactiveAuthenticationManager(
                new WebClientReactiveAuthorizationCodeTokenResponseClient(),
                request -> Mono.just(new DefaultOidcUser(List.of(), request.getIdToken(), settings.subjectClaim())));
        var decoders = new ReactiveOidcIdTokenDecoderFactory();
        decoders.setJwtValidatorFactory(registration -> {
            var idToken = new OidcIdTokenValidator(registration);
            idToken.setClock(clock);
            return new DelegatingOAuth2TokenValidator<>(idToken);
        });
        oidc.setJwtDecoderFactory(decoders);
        return authentication -> oidc.authenticate(authentication)
                .timeout(Duration.ofSeconds(10))
                .filter(SignIn::isCoach)
                .switchIfEmpty(Mono.error(() -> new OAuth2AuthenticationException(new OAuth2Error(NO_COACH))));
    }

    private static boolean isCoach(Authentication signedIn) {
        Caller who = Sessions.callerOf(signedIn);
        return who.is(Role.COACH) && SessionEvents.isId(who.userId());
    }

    // ---- the request to the provider

    @Override
    public Mono<OAuth2AuthorizationRequest> resolve(ServerWebExchange exchange) {
        boolean starts = exchange.getRequest().getMethod() == HttpMethod.GET
                && exchange.getRequest().getPath().value().equals(START);
        return starts ? resolve(exchange, REGISTRATION) : Mono.empty();
    }

    @Override
    public Mono<OAuth2AuthorizationRequest> resolve(ServerWebExchange exchange, String registrationId) {
        String secret = Secrets.random();
        exchange.getAttributes().put(SECRET, secret);
        return Mono.just(request(secret));
    }

    private OAuth2AuthorizationRequest request(String secret) {
        String nonce = Secrets.hash("nonce " + secret);
        String verifier = Secrets.hash("verifier " + secret);
        return OAuth2AuthorizationRequest.authorizationCode()
                .clientId(client.getClientId())
                .authorizationUri(authorizationUri)
                .redirectUri(client.getRedirectUri())
                .scopes(Set.of("openid"))
                .state(Secrets.hash("state " + secret))
                .attributes(Map.of(
                        "registration_id",
                        REGISTRATION,
                        OidcParameterNames.NONCE,
                        nonce,
                        PkceParameterNames.CODE_VERIFIER,
                        verifier))
                // Who was logged off here is asked again who they are, though the provider may remember them.
                .additionalParameters(Map.of(
                        OidcParameterNames.NONCE,
                        Secrets.hash(nonce),
                        PkceParameterNames.CODE_CHALLENGE,
                        Secrets.hash(verifier),
                        PkceParameterNames.CODE_CHALLENGE_METHOD,
                        "S256",
                        "prompt",
                        "login"))
                .build();
    }

    @Override
    public Mono<Void> saveAuthorizationRequest(OAuth2AuthorizationRequest request, ServerWebExchange exchange) {
        return Mono.fromRunnable(() ->
                exchange.getResponse().addCookie(cookie(String.valueOf(exchange.<Object>getAttribute(SECRET)), LASTS)));
    }

    @Override
    public Mono<OAuth2AuthorizationRequest> loadAuthorizationRequest(ServerWebExchange exchange) {
        HttpCookie cookie = exchange.getRequest().getCookies().getFirst(name());
        String state = exchange.getRequest().getQueryParams().getFirst("state");
        if (cookie == null || cookie.getValue().isBlank() || state == null) {
            return Mono.empty();
        }
        OAuth2AuthorizationRequest request = request(cookie.getValue());
        return state.equals(request.getState()) ? Mono.just(request) : Mono.empty();
    }

    @Override
    public Mono<OAuth2AuthorizationRequest> removeAuthorizationRequest(ServerWebExchange exchange) {
        return loadAuthorizationRequest(exchange)
                .doOnNext(_ -> exchange.getResponse().addCookie(cookie("", Duration.ZERO)));
    }

    private String name() {
        return settings.cookie("adhere-sign-in");
    }

    // Lax: the provider sends the browser back here, which is a navigation from another site.
    private ResponseCookie cookie(String value, Duration lasts) {
        return ResponseCookie.from(name(), value)
                .httpOnly(true)
                .secure(settings.secure())
                .sameSite("Lax")
                .path("/")
                .maxAge(lasts)
                .build();
    }

    // ---- tokens of the provider: nothing here needs them again, so none is kept

    @Override
    public <T extends OAuth2AuthorizedClient> Mono<T> loadAuthorizedClient(
            String registrationId, Authentication principal, ServerWebExchange exchange) {
        return Mono.empty();
    }

    @Override
    public Mono<Void> saveAuthorizedClient(
            OAuth2AuthorizedClient authorized, Authentication principal, ServerWebExchange exchange) {
        return Mono.empty();
    }

    @Override
    public Mono<Void> removeAuthorizedClient(
            String registrationId, Authentication principal, ServerWebExchange exchange) {
        return Mono.empty();
    }
}
