package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Revision;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The catalogue, read by everybody who has a role; drafts by editors alone.
@RestController
class CatalogController {

    private static final int LONGEST_QUERY = 200;

    private final Entries entries;
    private final Content content;

    CatalogController(Entries entries, Content content) {
        this.entries = entries;
        this.content = content;
    }

    @GetMapping("/v1/exercises")
    Mono<Page<Entry>> list(
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(required = false) @Nullable String muscle,
            @RequestParam(required = false) @Nullable String position,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.values());
        if (q != null && q.length() > LONGEST_QUERY) {
            throw Problem.invalidParameter("q is at most " + LONGEST_QUERY + " characters.")
                    .asException();
        }
        Exercise.Kind wantedKind = oneOf("kind", kind, Exercise.Kind.values());
        Exercise.Status asked = oneOf("status", status, Exercise.Status.values());
        Exercise.Status wantedStatus = asked == null ? Exercise.Status.PUBLISHED : asked;
        if (wantedStatus == Exercise.Status.DRAFT && !caller.is(Role.EDITOR)) {
            return Mono.just(new Page<>(List.of(), null));
        }
        return entries.all()
                .filter(e -> e.status() == wantedStatus)
                .filter(e -> wantedKind == null || e.kind() == wantedKind)
                .filter(e -> mentions(muscle, e.targetMuscles()))
                .filter(e -> mentions(position, e.position() == null ? List.of() : List.of(e.position())))
                .collectList()
                .map(found -> page(Search.of(found, q), size, cursor, Entry::id));
    }

    @GetMapping("/v1/exercises/{id}")
    Mono<ResponseEntity<Entry>> get(@PathVariable String id, Caller caller) {
        caller.require(Role.values());
        return entries.find(id)
                .filter(e -> !e.isDraft() || caller.is(Role.EDITOR))
                .switchIfEmpty(Mono.error(() -> Problem.notFound().asException()))
                .map(e -> ResponseEntity.ok().eTag(Revision.etag(e.revision())).body(e));
    }

    @GetMapping("/v1/programmes")
    Page<Content.Programme> programmes(
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.values());
        return page(content.programmes(), size, cursor, Content.Programme::id);
    }

    @GetMapping("/v1/programmes/{id}")
    Content.Programme programme(@PathVariable String id, Caller caller) {
        caller.require(Role.values());
        return content.programmes().stream()
                .filter(p -> p.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound().asException());
    }

    @GetMapping("/v1/guidance")
    Page<Content.Guidance> guidance(
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.values());
        return page(content.guidance(), size, cursor, Content.Guidance::id);
    }

    private static boolean mentions(@Nullable String wanted, List<String> texts) {
        return wanted == null
                || texts.stream().anyMatch(text -> Search.plain(text).contains(Search.plain(wanted)));
    }

    private static <T extends Enum<T>> @Nullable T oneOf(String name, @Nullable String text, T[] values) {
        if (text == null) {
            return null;
        }
        return Arrays.stream(values)
                .filter(v -> v.name().equals(text))
                .findFirst()
                .orElseThrow(() -> Problem.invalidParameter(name + " must be one of " + List.of(values) + ".")
                        .asException());
    }

    // The lists are short and ordered by more than a key: a cursor names the last row that was shown.
    private static <T> Page<T> page(
            List<T> rows, @Nullable Integer size, @Nullable String text, Function<T, String> id) {
        int limit = PageSize.of(size);
        Cursor cursor = Cursor.parse(text, 1);
        List<T> rest = rows;
        if (cursor != null) {
            String last = cursor.key().getFirst();
            rest = rows.stream()
                    .dropWhile(row -> !id.apply(row).equals(last))
                    .skip(1)
                    .toList();
        }
        return Page.of(rest, limit, row -> Cursor.after(id.apply(row)), row -> row);
    }
}
