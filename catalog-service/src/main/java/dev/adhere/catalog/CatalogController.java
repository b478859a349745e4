package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.api.Answers;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Revision;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// The catalogue, read by everybody who has a role; drafts by editors alone.
@RestController
class CatalogController {

    private static final int LONGEST_QUERY = 200;

    private final Entries entries;
    private final Index index;
    private final Content content;

    CatalogController(Entries entries, Index index, Content content) {
        this.entries = entries;
        this.index = index;
        this.content = content;
    }

    /// Exercises by name, or what a search finds.
    ///
    /// A search forgives typing, case and hyphens; its best match comes first. Retired exercises and drafts
    /// are listed only where `status` asks for them, drafts for editors alone.
    ///
    /// @param q what to look for in names and aliases, at most 200 characters
    /// @param muscle part of a target muscle's name
    /// @param position part of the starting position
    /// @param kind only this kind
    /// @param status only this status; published ones if absent
    @GetMapping("/v1/exercises")
    @Answers
    Mono<Page<Entry>> list(
            @RequestParam(required = false)
                    @Parameter(example = "glute bridge")
                    @Schema(maxLength = LONGEST_QUERY)
                    @Nullable
                    String q,
            @RequestParam(required = false) @Parameter(example = "gluteus") @Nullable String muscle,
            @RequestParam(required = false) @Parameter(example = "supine") @Nullable String position,
            @RequestParam(required = false) @Schema(implementation = Exercise.Kind.class) @Nullable String kind,
            @RequestParam(required = false) @Schema(implementation = Exercise.Status.class) @Nullable String status,
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
        int limit = PageSize.of(size);
        Place place = Place.of(Cursor.parse(cursor, 3));
        String plainMuscle = muscle == null ? "" : Names.plain(muscle);
        String plainPosition = position == null ? "" : Names.plain(position);
        return candidates(wantedStatus, caller)
                .publishOn(Schedulers.parallel())
                .map(rows -> Search.of(
                        rows,
                        q,
                        row -> row.status() == wantedStatus
                                && (wantedKind == null || row.kind() == wantedKind)
                                && row.position().contains(plainPosition)
                                && (plainMuscle.isEmpty()
                                        || row.muscles().stream().anyMatch(m -> m.contains(plainMuscle)))))
                .flatMap(hits -> page(hits, place, limit, wantedStatus));
    }

    // What was published is in the index. The rest is for editors, and always read from MongoDB.
    private Mono<List<Search.Row>> candidates(Exercise.Status status, Caller caller) {
        Mono<List<Search.Row>> unpublished = status != Exercise.Status.PUBLISHED && caller.is(Role.EDITOR)
                ? entries.unpublished(status)
                        .map(stored -> Search.Row.of(stored.entry().toExercise()))
                        .collectList()
                : Mono.just(List.of());
        return unpublished.map(rows -> status == Exercise.Status.DRAFT
                ? rows
                : Stream.concat(index.rows().stream(), rows.stream()).toList());
    }

    // The index says which and in what order; what they say, MongoDB does.
    private Mono<Page<Entry>> page(List<Search.Hit> hits, @Nullable Place place, int limit, Exercise.Status status) {
        Page<String> ids = Page.of(
                hits.stream()
                        .filter(hit -> place == null || place.isBefore(hit))
                        .limit(limit + 1L)
                        .toList(),
                limit,
                hit -> Cursor.after(
                        Integer.toString(hit.score()),
                        hit.row().key(),
                        hit.row().id()),
                hit -> hit.row().id());
        return entries.find(ids.items())
                .map(found -> new Page<>(
                        ids.items().stream()
                                .map(found::get)
                                .filter(Objects::nonNull)
                                .map(Stored::entry)
                                .filter(entry -> entry.status() == status)
                                .toList(),
                        ids.next()));
    }

    /// Where the page before ended.
    private record Place(int score, String key, String id) {

        static @Nullable Place of(@Nullable Cursor cursor) {
            if (cursor == null) {
                return null;
            }
            try {
                List<String> key = cursor.key();
                return new Place(Integer.parseInt(key.getFirst()), key.get(1), key.getLast());
            } catch (NumberFormatException _) {
                throw Problem.invalidParameter("cursor is not one that a list gave out.")
                        .asException();
            }
        }

        boolean isBefore(Search.Hit hit) {
            int order = Integer.compare(hit.score(), score);
            if (order == 0) {
                order = key.compareTo(hit.row().key());
            }
            return (order == 0 ? id.compareTo(hit.row().id()) : order) < 0;
        }
    }

    /// One exercise as it is now.
    ///
    /// Retired ones stay readable, drafts are there for editors alone.
    ///
    /// @param id the exercise's id
    @GetMapping("/v1/exercises/{id}")
    @Answers(etag = true)
    Mono<ResponseEntity<Entry>> get(@PathVariable @Parameter(example = "bridge") String id, Caller caller) {
        caller.require(Role.values());
        return entries.find(id)
                .filter(stored -> stored.published() || caller.is(Role.EDITOR))
                .switchIfEmpty(Mono.error(() -> Problem.notFound().asException()))
                .map(Stored::entry)
                .map(e -> Revision.shown(e.revision(), e));
    }

    /// The programmes, one an article.
    ///
    /// None has a frequency: how often is for a coach to say.
    @GetMapping("/v1/programmes")
    @Answers
    Page<Content.Programme> programmes(
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.values());
        return page(content.programmes(), size, cursor, Content.Programme::id);
    }

    /// One programme.
    ///
    /// @param id the programme's id, as the list has it
    @GetMapping("/v1/programmes/{id}")
    @Answers
    Content.Programme programme(@PathVariable @Parameter(example = "article-000") String id, Caller caller) {
        caller.require(Role.values());
        return content.programmes().stream()
                .filter(p -> p.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound().asException());
    }

    /// What the articles say about exercising as such, and what Adhere makes of it.
    @GetMapping("/v1/guidance")
    @Answers
    Page<Content.Guidance> guidance(
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.values());
        return page(content.guidance(), size, cursor, Content.Guidance::id);
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
