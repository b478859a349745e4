package dev.adhere.reminder;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.SessionEvents;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.Revision;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// How a user wants to be reminded: written by the user, read by the coach too. Absent ones are the
/// defaults.
@RestController
class PreferencesController {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");
    // The dot-atom form of RFC 5322, which is what people have; no quoting, no comments, no lists.
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final String EMAIL_PATTERN =
            "^(?=.{1,64}@)" + ATOM + "(?:\\." + ATOM + ")*@(?=.{1,180}$)" + LABEL + "(?:\\." + LABEL + ")*$";
    private static final Pattern EMAIL = Pattern.compile(EMAIL_PATTERN);

    static final String PUBLIC_URL = "must be an https URL of a public host";

    private final Access access;
    private final Keeper keeper;
    private final PublicAddresses addresses;
    private final Vapid vapid;
    private final Clock clock;

    PreferencesController(Access access, Keeper keeper, PublicAddresses addresses, Vapid vapid, Clock clock) {
        this.access = access;
        this.keeper = keeper;
        this.addresses = addresses;
        this.vapid = vapid;
        this.clock = clock;
    }

    /// When no nudge comes: from and to a local time, over midnight where `to` is not after `from`. Equal
    /// ends: never.
    ///
    /// @param from inclusive; 21:00 if absent
    /// @param to exclusive; 08:00 if absent
    @FromClient
    @Schema(name = "QuietHours")
    record QuietHoursBody(
            @Schema(pattern = PlanBody.TIME_OF_DAY, example = "21:00") @Nullable
            String from,

            @Schema(pattern = PlanBody.TIME_OF_DAY, example = "08:00") @Nullable
            String to) {}

    /// A receiver of nudges by Standard Webhooks 1.0: each is a signed `POST` that says that there is one,
    /// and its id.
    ///
    /// @param url https, of a public host
    /// @param secret `whsec_` and 24 to 64 bytes in base64. Never shown; may be left out while the url stays
    @FromClient
    @Schema(name = "Webhook")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record WebhookBody(
            @Schema(example = "https://hooks.example.org/adhere", pattern = "^https?://") @Nullable
            String url,

            @Schema(
                    example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    pattern = "^whsec_",
                    accessMode = Schema.AccessMode.WRITE_ONLY)
            @Nullable
            String secret) {}

    /// Preferences as HTTP speaks them. What a PUT leaves out takes its default.
    ///
    /// @param timeZone an IANA region, or UTC; null: the plan's
    /// @param preferredTime for days whose items name no time; 18:00 if absent
    /// @param quietHours when no nudge comes
    /// @param channels beside the inbox, which always has everything, tried in this order until one takes
    ///     it; EMAIL needs an `email`, WEBHOOK a `webhook`, WEB_PUSH a subscription
    /// @param email where e-mail goes; null for none
    /// @param mutedKinds what not to be nudged about
    /// @param nudges false to be left alone
    /// @param language EN or DE; not shown while it is the default, EN
    /// @param webhook where signed requests go; not shown while there is none, nor to a coach
    @FromClient
    @Schema(name = "Preferences")
    record Body(
            @Schema(example = "Europe/Berlin") @Nullable String timeZone,

            @Schema(pattern = PlanBody.TIME_OF_DAY, example = "18:00") @Nullable
            String preferredTime,

            @Nullable QuietHoursBody quietHours,

            @ArraySchema(minItems = 1, schema = @Schema(implementation = Nudge.Channel.class)) @Nullable
            List<String> channels,

            @Schema(pattern = EMAIL_PATTERN) @Nullable String email,

            @ArraySchema(schema = @Schema(implementation = Nudge.Kind.class)) @Nullable
            List<String> mutedKinds,

            @Nullable Boolean nudges,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(implementation = Preferences.Language.class) @Nullable
            String language,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            WebhookBody webhook) {

        /// @param own whether the user sees them, and not the coach
        static Body of(Preferences p, boolean own) {
            Preferences.Webhook hook = p.webhook();
            return new Body(
                    p.timeZone() == null ? null : p.timeZone().getId(),
                    TIME.format(p.preferredTime()),
                    new QuietHoursBody(
                            TIME.format(p.quietHours().from()),
                            TIME.format(p.quietHours().to())),
                    p.channels().stream().map(Enum::name).toList(),
                    p.email(),
                    p.mutedKinds().stream().map(Enum::name).sorted().toList(),
                    p.nudges(),
                    p.language() == Preferences.DEFAULT.language()
                            ? null
                            : p.language().name(),
                    own && hook != null ? new WebhookBody(hook.url(), null) : null);
        }

        /// @param stored what they replace
        /// @param reachable whether the webhook's url is one to send to
        /// @param push whether there is Web Push here
        Preferences toPreferences(Preferences stored, boolean reachable, boolean push) {
            var faults = new ArrayList<FieldError>();
            Preferences d = Preferences.DEFAULT;
            ZoneId zone = timeZone == null ? null : SessionEvents.zoneOf(timeZone);
            if (timeZone != null && zone == null) {
                faults.add(new FieldError("timeZone", "must be an IANA region such as Europe/Berlin, or UTC"));
            }
            LocalTime preferred = time("preferredTime", preferredTime, d.preferredTime(), faults);
            LocalTime from = time(
                    "quietHours.from",
                    quietHours == null ? null : quietHours.from(),
                    d.quietHours().from(),
                    faults);
            LocalTime to = time(
                    "quietHours.to",
                    quietHours == null ? null : quietHours.to(),
                    d.quietHours().to(),
                    faults);
            List<Nudge.Channel> chosen = channels == null ? d.channels() : inOrder(channels, faults);
            if (chosen.isEmpty()) {
                faults.add(new FieldError("channels", "must name a channel"));
            }
            List<Nudge.Kind> muted =
                    values("mutedKinds", mutedKinds == null ? List.of() : mutedKinds, Nudge.Kind.values(), faults);
            if (email != null && !EMAIL.matcher(email).matches()) {
                faults.add(new FieldError("email", "must be an e-mail address"));
            }
            if (email == null && chosen.contains(Nudge.Channel.EMAIL)) {
                faults.add(new FieldError("email", "must be there where channels name EMAIL"));
            }
            Preferences.Webhook hook = webhook == null ? null : hook(webhook, stored.webhook(), reachable, faults);
            if (webhook == null && chosen.contains(Nudge.Channel.WEBHOOK)) {
                faults.add(new FieldError("webhook", "must be there where channels name WEBHOOK"));
            }
            if (!push && chosen.contains(Nudge.Channel.WEB_PUSH)) {
                faults.add(new FieldError("channels", "must not name WEB_PUSH, which is not set up here"));
            }
            List<Preferences.Language> languages = values(
                    "language",
                    language == null ? List.of(d.language().name()) : List.of(language),
                    Preferences.Language.values(),
                    faults);
            if (!faults.isEmpty()) {
                throw Problem.validationFailed(faults).asException();
            }
            return new Preferences(
                    zone,
                    preferred,
                    new Preferences.QuietHours(from, to),
                    chosen,
                    email,
                    Set.copyOf(muted),
                    nudges == null || nudges,
                    languages.getFirst(),
                    hook,
                    stored.revision() + 1);
        }

        // The secret is not shown, so who changes something else cannot say it again.
        private static Preferences.@Nullable Webhook hook(
                WebhookBody body, Preferences.@Nullable Webhook stored, boolean reachable, List<FieldError> faults) {
            String url = body.url();
            String kept = stored != null && stored.url().equals(url) ? stored.secret() : null;
            String secret = body.secret() == null ? kept : body.secret();
            if (url == null || !reachable) {
                faults.add(new FieldError("webhook.url", PUBLIC_URL));
            }
            if (secret == null || !Webhook.isSecret(secret)) {
                faults.add(new FieldError("webhook.secret", "must be whsec_ and 24 to 64 bytes in base64"));
            }
            return url == null || secret == null ? null : new Preferences.Webhook(url, secret);
        }

        private static List<Nudge.Channel> inOrder(List<String> names, List<FieldError> faults) {
            List<Nudge.Channel> known = values("channels", names, Nudge.Channel.values(), faults);
            return known.stream()
                    .sorted(Comparator.comparingInt(channel -> names.indexOf(channel.name())))
                    .toList();
        }

        private static LocalTime time(
                String field, @Nullable String text, LocalTime otherwise, List<FieldError> faults) {
            LocalTime time = text == null ? otherwise : PlanBody.time(text);
            if (time == null) {
                faults.add(new FieldError(field, "must be a time of day such as 18:00"));
                return otherwise;
            }
            return time;
        }

        private static <T extends Enum<T>> List<T> values(
                String field, List<String> names, T[] all, List<FieldError> faults) {
            var values = new ArrayList<T>();
            for (T value : all) {
                if (names.contains(value.name())) {
                    values.add(value);
                }
            }
            if (values.size() != new HashSet<>(names).size()) {
                faults.add(new FieldError(field, "must be some of " + List.of(all)));
            }
            return values;
        }
    }

    /// How and when a user wants to be reminded; the defaults until the user says.
    @Answers(etag = true)
    @GetMapping("/v1/users/{userId}/preferences")
    Mono<ResponseEntity<Body>> get(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            Preferences preferences = access.read(caller, userId).preferences();
            return Revision.shown(preferences.revision(), Body.of(preferences, caller.owns(userId)));
        });
    }

    /// Says how and when to be reminded, as the user.
    @Answers(
            status = {201, 200},
            etag = true,
            problems = ProblemType.VALIDATION_FAILED)
    @PutMapping("/v1/users/{userId}/preferences")
    Mono<ResponseEntity<Body>> put(
            @PathVariable String userId,
            @RequestBody Body body,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Caller caller) {
        return Blocking.call(() -> {
            UserState seen = access.read(caller, userId);
            access.requireSelf(caller, seen);
            boolean reachable = reachable(body.webhook(), seen.preferences().webhook());
            Instant now = clock.instant();
            Preferences saved = keeper.edit(
                            userId,
                            user -> {
                                Preferences stored = user.head().preferences();
                                Revision.require(ifMatch, stored.revision());
                                return new Fold.EditPreferences(
                                        body.toPreferences(stored, reachable, vapid.publicKey() != null));
                            },
                            now)
                    .preferences();
            return Revision.saved(saved.revision(), Body.of(saved, true));
        });
    }

    // Asks for the host's addresses, so not within the edit, and not for a url that is there already.
    private boolean reachable(@Nullable WebhookBody given, Preferences.@Nullable Webhook stored) {
        String url = given == null ? null : given.url();
        return url != null && (stored != null && stored.url().equals(url) || addresses.check(url) != null);
    }
}
