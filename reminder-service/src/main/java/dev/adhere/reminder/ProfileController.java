package dev.adhere.reminder;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.Revision;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
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

/// What a coach has to know about a user, written by either of them.
@RestController
class ProfileController {

    // Letters of any script, marks that belong to them, and what stands between names; nothing that turns
    // text around.
    private static final Pattern PSEUDONYM = Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]{1,64}");
    private static final int MOST_PAIN = 10;

    private final Access access;
    private final Keeper keeper;
    private final Clock clock;

    ProfileController(Access access, Keeper keeper, Clock clock) {
        this.access = access;
        this.keeper = keeper;
        this.clock = clock;
    }

    /// The profile as HTTP speaks it. What a PUT leaves out is not known.
    ///
    /// @param pseudonym how the user wants to be called, on one line
    /// @param conditions reasons to ask a provider before exercising
    /// @param baselinePain 0-10, a whole number
    /// @param onboardedOn local date, not in the future
    @FromClient
    @Schema(name = "Profile")
    record Body(
            @Schema(minLength = 1, maxLength = 64, example = "Sam") @Nullable
            String pseudonym,

            @ArraySchema(schema = @Schema(implementation = Profile.Condition.class)) @Nullable
            List<String> conditions,

            @Schema(minimum = "0", maximum = "10", example = "4") @Nullable
            Integer baselinePain,

            @Schema(format = "date") @Nullable String onboardedOn) {

        static Body of(Profile p) {
            return new Body(
                    p.pseudonym(),
                    p.conditions().stream().map(Enum::name).sorted().toList(),
                    p.baselinePain(),
                    p.onboardedOn() == null ? null : p.onboardedOn().toString());
        }

        Profile toProfile(long revision, LocalDate today) {
            var faults = new ArrayList<FieldError>();
            if (pseudonym != null
                    && (pseudonym.isBlank() || !PSEUDONYM.matcher(pseudonym).matches())) {
                faults.add(new FieldError("pseudonym", "must be text of 1 to 64 characters on one line"));
            }
            Set<Profile.Condition> known = EnumSet.noneOf(Profile.Condition.class);
            for (String name : conditions == null ? List.<String>of() : conditions) {
                var condition = EnumSet.allOf(Profile.Condition.class).stream()
                        .filter(c -> c.name().equals(name))
                        .findFirst();
                condition.ifPresentOrElse(
                        known::add,
                        () -> faults.add(new FieldError(
                                "conditions", "must be some of " + List.of(Profile.Condition.values()))));
            }
            if (baselinePain != null && (baselinePain < 0 || baselinePain > MOST_PAIN)) {
                faults.add(new FieldError("baselinePain", "must be a whole number from 0 to " + MOST_PAIN));
            }
            LocalDate onboarded = PlanBody.date(onboardedOn);
            if (onboardedOn != null && (onboarded == null || onboarded.isAfter(today))) {
                faults.add(new FieldError("onboardedOn", "must be a date such as 2026-11-01, and not in the future"));
            }
            if (!faults.isEmpty()) {
                throw Problem.validationFailed(faults).asException();
            }
            return new Profile(pseudonym, known, baselinePain, onboarded, revision);
        }
    }

    /// What a coach has to know about a user; nothing until somebody says.
    @Answers(etag = true)
    @GetMapping("/v1/users/{userId}/profile")
    Mono<ResponseEntity<Body>> get(@PathVariable String userId, Caller caller) {
        return Blocking.call(() -> {
            Profile profile = access.read(caller, userId).profile();
            return Revision.shown(profile.revision(), Body.of(profile));
        });
    }

    /// Says what a coach has to know, as the user or the coach.
    @Answers(
            status = {201, 200},
            etag = true,
            problems = ProblemType.VALIDATION_FAILED)
    @PutMapping("/v1/users/{userId}/profile")
    Mono<ResponseEntity<Body>> put(
            @PathVariable String userId,
            @RequestBody Body body,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Caller caller) {
        return Blocking.call(() -> {
            caller.require(Role.USER, Role.COACH);
            boolean byCoach = !caller.owns(access.read(caller, userId).userId());
            Instant now = clock.instant();
            Profile saved = keeper.edit(
                            userId,
                            user -> {
                                long revision = user.head().profile().revision();
                                Revision.require(ifMatch, revision);
                                return new Fold.EditProfile(
                                        body.toProfile(revision + 1, user.head().today(now)), byCoach);
                            },
                            now)
                    .profile();
            return Revision.saved(saved.revision(), Body.of(saved));
        });
    }
}
