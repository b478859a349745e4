package dev.adhere.reminder;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.mongo.Blocking;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import java.time.Clock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The link at the end of a mail. It needs no sign-in: who has the mail may stop it, and nothing more.
@RestController
class UnsubscribeController {

    private static final String EXAMPLE =
            "RU1BSUx8dXNlci0wMDF8TTB5ZjZJQ2pVUzhq.kZ0c3G1oW0zv8iYp2m7bq0o3q4r5s6t7u8v9w0x1y2z";

    private final Unsubscribing unsubscribing;
    private final Users users;
    private final Keeper keeper;
    private final Clock clock;

    UnsubscribeController(Unsubscribing unsubscribing, Users users, Keeper keeper, Clock clock) {
        this.unsubscribing = unsubscribing;
        this.users = users;
        this.keeper = keeper;
        this.clock = clock;
    }

    /// Asks whether e-mail is to be switched off, and changes nothing: link scanners follow every link.
    ///
    /// @param token from the mail's link
    @Answers(problems = ProblemType.NOT_ACCEPTABLE)
    @SecurityRequirements
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_HTML_VALUE,
                            schema = @Schema(type = "string"),
                            examples = @ExampleObject("<!doctype html><title>No more e-mail</title>")))
    @GetMapping(path = Unsubscribing.PATH + "{token}", produces = MediaType.TEXT_HTML_VALUE)
    Mono<ResponseEntity<String>> ask(@PathVariable @Parameter(example = EXAMPLE) String token) {
        return answer(token, MailText::question, false);
    }

    /// Switches e-mail off, as a mailbox's own button (RFC 8058) and the page's do. Again is harmless.
    ///
    /// A link that went to an address which the user no longer has changes nothing: nothing goes there.
    ///
    /// @param token from the mail's link
    @Answers(problems = ProblemType.NOT_ACCEPTABLE)
    @SecurityRequirements
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.TEXT_HTML_VALUE,
                            schema = @Schema(type = "string"),
                            examples = @ExampleObject("<!doctype html><title>No more e-mail</title>")))
    @PostMapping(path = Unsubscribing.PATH + "{token}", produces = MediaType.TEXT_HTML_VALUE)
    Mono<ResponseEntity<String>> unsubscribe(@PathVariable @Parameter(example = EXAMPLE) String token) {
        return answer(token, MailText::done, true);
    }

    private Mono<ResponseEntity<String>> answer(
            String token, Function<Preferences.Language, String> page, boolean switchOff) {
        Unsubscribing.Request request = unsubscribing.read(token);
        if (request == null) {
            throw Problem.notFound().asException();
        }
        return Blocking.call(() -> {
            UserState head = users.head(request.userId());
            if (switchOff && concerns(request, head)) {
                head = keeper.edit(
                        request.userId(),
                        user -> new Fold.EditPreferences(
                                user.head().preferences().without(request.channel())),
                        clock.instant());
            }
            return ResponseEntity.ok()
                    .cacheControl(CacheControl.noStore())
                    .header("Referrer-Policy", "no-referrer")
                    .header("X-Content-Type-Options", "nosniff")
                    .header(
                            "Content-Security-Policy",
                            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
                    .header(HttpHeaders.CONTENT_TYPE, "text/html;charset=UTF-8")
                    .body(page.apply((head == null ? Preferences.DEFAULT : head.preferences()).language()));
        });
    }

    private boolean concerns(Unsubscribing.Request request, @Nullable UserState head) {
        return head != null
                && head.preferences().channels().contains(request.channel())
                && unsubscribing.concerns(request, head.preferences().email());
    }
}
