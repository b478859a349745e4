package dev.adhere.catalog;

import dev.adhere.platform.api.Answers;
import dev.adhere.platform.kafka.Relay;
import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import dev.adhere.platform.web.Bodies;
import dev.adhere.platform.web.Cursor;
import dev.adhere.platform.web.Page;
import dev.adhere.platform.web.PageSize;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import dev.adhere.platform.web.Revision;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// One exercise, written by editors: made, changed, retired. Each change is a revision, and the ones before
/// are kept.
@RestController
class EditingController {

    private final Entries entries;
    private final Index index;
    private final Relay exerciseRelay;

    EditingController(Entries entries, Index index, Relay exerciseRelay) {
        this.entries = entries;
        this.index = index;
        this.exerciseRelay = exerciseRelay;
    }

    /// Makes an exercise or changes it.
    ///
    /// Each change is a revision of its own, and the ones before are kept. What has been published cannot
    /// become a draft again.
    ///
    /// @param id the exercise's id: 1-64 of `a-z 0-9 -`, begins and ends with a letter or digit
    @Operation(
            requestBody =
                    @RequestBody(
                            content =
                                    @io.swagger.v3.oas.annotations.media.Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = EntryBody.class))))
    @Answers(
            status = {201, 200},
            etag = true,
            problems = {ProblemType.VALIDATION_FAILED, ProblemType.UNSUPPORTED_ENCODING})
    @PutMapping(path = "/v1/exercises/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<Entry>> put(
            @PathVariable @Parameter(example = "wall-sit") String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            ServerHttpRequest request,
            Caller caller) {
        caller.require(Role.EDITOR);
        return Bodies.whole(request, EntryBody.MOST_BYTES, EntryBody.TOO_LARGE)
                .publishOn(Schedulers.parallel())
                .map(bytes -> EntryBody.read(bytes).toEntry(id))
                .flatMap(wanted -> current(id).flatMap(current -> {
                    Stored before = current.orElse(null);
                    Revision.require(
                            ifMatch, before == null ? 0 : before.entry().revision());
                    return stored(new Entries.Change(before, Stored.next(before, wanted)));
                }))
                .map(after -> Revision.saved(after.entry().revision(), after.entry()));
    }

    /// Retires an exercise.
    ///
    /// What was published stays readable, and a valid reference for events and plans.
    ///
    /// @param id the exercise's id
    @Answers(status = 204, etag = true)
    @DeleteMapping("/v1/exercises/{id}")
    Mono<ResponseEntity<Void>> retire(
            @PathVariable @Parameter(example = "bridge") String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Caller caller) {
        caller.require(Role.EDITOR);
        return entries.find(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound().asException()))
                .flatMap(before -> {
                    Revision.require(ifMatch, before.entry().revision());
                    return before.isRetired()
                            ? Mono.just(before)
                            : stored(new Entries.Change(before, before.retired()));
                })
                .map(after -> ResponseEntity.noContent()
                        .eTag(Revision.etag(after.entry().revision()))
                        .build());
    }

    /// All that an exercise ever was, newest first.
    ///
    /// @param id the exercise's id
    @Answers
    @GetMapping("/v1/exercises/{id}/revisions")
    Mono<Page<Entry>> revisions(
            @PathVariable @Parameter(example = "bridge") String id,
            @RequestParam(required = false) @Nullable Integer size,
            @RequestParam(required = false) @Nullable String cursor,
            Caller caller) {
        caller.require(Role.values());
        int limit = PageSize.of(size);
        long below = below(Cursor.parse(cursor, 1));
        return entries.find(id)
                .filter(newest -> newest.published() || caller.is(Role.EDITOR))
                .switchIfEmpty(Mono.error(() -> Problem.notFound().asException()))
                .flatMap(newest -> {
                    // The newest may lie beside the ones before for a moment, or for good where a writer ended.
                    boolean first = below > newest.entry().revision();
                    return entries.revisions(id, Math.min(below, newest.entry().revision()), limit + 1)
                            .startWith(first ? List.of(newest) : List.of())
                            .filter(old -> old.published() || caller.is(Role.EDITOR))
                            .map(Stored::entry)
                            .take(limit + 1L)
                            .collectList();
                })
                .map(found -> Page.of(found, limit, e -> Cursor.after(Long.toString(e.revision())), e -> e));
    }

    private Mono<Optional<Stored>> current(String id) {
        return entries.find(id).map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    private Mono<Stored> stored(Entries.Change change) {
        return entries.store(change).map(won -> {
            if (!won) {
                // Somebody else wrote between the reading and the writing.
                throw Problem.of(ProblemType.PRECONDITION_FAILED).asException();
            }
            Stored after = change.after();
            if (after.published()) {
                index.put(after.entry().toExercise());
                exerciseRelay.wake();
            }
            return after;
        });
    }

    private static long below(@Nullable Cursor cursor) {
        if (cursor == null) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(cursor.key().getFirst());
        } catch (NumberFormatException _) {
            throw Problem.invalidParameter("cursor is not one that a list gave out.")
                    .asException();
        }
    }
}
