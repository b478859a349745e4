package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import dev.adhere.contracts.Nudge;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.web.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Why things are as they are, in words.
@RestController
class ExplanationController {

    private final Access access;
    private final Users users;
    private final MongoCollection<Document> decisions;
    private final PainRules rules;
    private final Clock clock;

    ExplanationController(Access access, Users users, DecisionLog log, PainRules rules, Clock clock) {
        this.access = access;
        this.users = users;
        this.decisions = log.nudges();
        this.rules = rules;
        this.clock = clock;
    }

    /// Why a date is what it is.
    ///
    /// @param date the user's local date
    /// @param timeZone the zone that rules it; all times in the texts are in it
    /// @param statements figures first, then doses, facts that do not count, pain and nudges
    @Schema(name = "InWords")
    record InWordsBody(
            LocalDate date,
            @Schema(example = "Europe/Berlin") ZoneId timeZone,
            List<Explanation.Statement> statements) {}

    /// Why a day's figures, postponements and nudges are what they are, in words, with rule and facts.
    ///
    /// @param date the user's local date; today if absent
    /// @param language `en` or `de`; the user's if absent
    @Answers
    @GetMapping("/v1/users/{userId}/explanation")
    Mono<InWordsBody> explanation(
            @PathVariable String userId,
            @RequestParam(required = false) @Schema(format = "date") @Nullable String date,
            @RequestParam(required = false) @Schema(allowableValues = {"en", "de"}) @Nullable String language,
            Caller caller) {
        return Blocking.call(() -> {
            UserState head = access.read(caller, userId);
            LocalDate asked = date == null ? head.today(clock.instant()) : PlanBody.date(date);
            if (asked == null) {
                throw Problem.invalidParameter("date must be a date such as 2026-11-20.")
                        .asException();
            }
            return new InWordsBody(asked, head.zone(), statements(head, asked, language(language, head)));
        });
    }

    List<Explanation.Statement> statements(UserState head, LocalDate date, Preferences.Language language) {
        List<Nudge> about = decisions
                .find(Filters.and(Filters.eq("userId", head.userId()), Filters.eq("date", date.toString())))
                .map(UserDocuments::nudge)
                .into(new ArrayList<>());
        return Explanation.of(head, users.day(head.userId(), date), about, rules, language, clock.instant());
    }

    private static Preferences.Language language(@Nullable String asked, UserState head) {
        if (asked == null) {
            return head.preferences().language();
        }
        for (Preferences.Language language : Preferences.Language.values()) {
            if (language.name().toLowerCase(Locale.ROOT).equals(asked)) {
                return language;
            }
        }
        throw Problem.invalidParameter("language must be en or de.").asException();
    }
}
