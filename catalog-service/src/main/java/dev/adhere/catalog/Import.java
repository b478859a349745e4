package dev.adhere.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.adhere.platform.telemetry.Faults;
import dev.adhere.platform.web.Bodies;
import dev.adhere.platform.web.Lines;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/// One import: lines in, batch by batch, results out. A line makes an exercise, changes the one of its id, or
/// leaves it as it is.
final class Import {

    private static final Logger log = LoggerFactory.getLogger(Import.class);

    enum Outcome {
        CREATED("created"),
        CHANGED("changed"),
        UNCHANGED("unchanged"),
        DUPLICATE_SUSPECT("duplicate-suspect"),
        REJECTED("rejected"),
        RETRY("retry");

        private final String text;

        Outcome(String text) {
            this.text = text;
        }
    }

    /// What became of a line.
    ///
    /// @param line of the stream, from 1
    /// @param id null where none could be read
    /// @param result `created`, `changed`, `unchanged`; `duplicate-suspect`: not stored, for `similarTo` has
    ///     such a name; `rejected`: not stored, `problem` says why; `retry`: unknown, send the line again, it
    ///     is harmless
    /// @param revision the one that is stored now
    /// @param similarTo the exercise that has such a name
    /// @param problem why it was not stored
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ImportResult", example = "{\"line\":1,\"id\":\"wall-sit\",\"result\":\"created\",\"revision\":1}")
    record Result(
            @Schema(minimum = "1") long line,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Schema(example = "wall-sit") @Nullable
            String id,

            @Schema(allowableValues = {"created", "changed", "unchanged", "duplicate-suspect", "rejected", "retry"})
            String result,

            @Nullable Long revision,
            Lookalikes.@Nullable Match similarTo,
            @Nullable Problem problem) {

        static Result rejected(long line, @Nullable String id, Problem problem) {
            return new Result(line, id, Outcome.REJECTED.text, null, null, problem);
        }

        static Result retry(long line, String id) {
            return new Result(line, id, Outcome.RETRY.text, null, null, Problem.temporarilyUnavailable());
        }

        static Result of(long line, Outcome outcome, Entry entry) {
            return new Result(line, entry.id(), outcome.text, entry.revision(), null, null);
        }
    }

    private record Wanted(long line, Entry entry) {}

    /// What is to be done about a line: nothing, or a write.
    private sealed interface Plan {}

    private record Settled(Result result) implements Plan {}

    private record Planned(long line, Outcome outcome, Entries.Change change) implements Plan {}

    private final Entries entries;
    private final Lookalikes lookalikes;
    private final boolean allowSimilar;
    private final Consumer<Stored> onStored;

    /// @param lookalikes the names of everything that exists
    /// @param allowSimilar whether names like those of others are stored too
    Import(Entries entries, Lookalikes lookalikes, boolean allowSimilar, Consumer<Stored> onStored) {
        this.entries = entries;
        this.lookalikes = lookalikes;
        this.allowSimilar = allowSimilar;
        this.onStored = onStored;
    }

    /// The results of a batch, first those that need no writing.
    Flux<Result> take(List<Lines.Line> batch) {
        var refused = new ArrayList<Result>();
        var wanted = new ArrayList<Wanted>();
        for (Lines.Line line : batch) {
            if (line.tooLong()) {
                refused.add(Result.rejected(line.number(), null, Bodies.tooLarge(EntryBody.TOO_LARGE)));
                continue;
            }
            String id = null;
            try {
                EntryBody body = EntryBody.read(line.json());
                id = EntryBody.isId(body.id()) ? body.id() : null;
                wanted.add(new Wanted(line.number(), body.toEntry(null)));
            } catch (ProblemException e) {
                refused.add(Result.rejected(line.number(), id, e.problem()));
            }
        }
        return Flux.fromIterable(refused).concatWith(Flux.defer(() -> store(wanted)));
    }

    // An id that comes again waits for its first line: the later line is held against what that one stored.
    private Flux<Result> store(List<Wanted> wanted) {
        if (wanted.isEmpty()) {
            return Flux.empty();
        }
        Map<String, Wanted> now = new LinkedHashMap<>();
        var later = new ArrayList<Wanted>();
        for (Wanted w : wanted) {
            if (now.putIfAbsent(w.entry().id(), w) != null) {
                later.add(w);
            }
        }
        return entries.find(now.keySet())
                .flatMapMany(existing -> write(now, existing))
                .onErrorResume(e -> {
                    log.warn("a batch of an import waits: {}", Faults.name(e));
                    return Flux.fromIterable(now.values())
                            .map(w -> Result.retry(w.line(), w.entry().id()));
                })
                .concatWith(Flux.defer(() -> store(later)));
    }

    private Flux<Result> write(Map<String, Wanted> wanted, Map<String, Stored> existing) {
        var ready = new ArrayList<Result>();
        var planned = new ArrayList<Planned>();
        for (Wanted w : wanted.values()) {
            switch (plan(w, existing.get(w.entry().id()))) {
                case Settled settled -> ready.add(settled.result());
                case Planned plan -> planned.add(plan);
            }
        }
        return entries.store(planned.stream().map(Planned::change).toList())
                .map(stored -> {
                    for (Planned plan : planned) {
                        Stored after = plan.change().after();
                        if (stored.contains(after.entry().id())) {
                            onStored.accept(after);
                            ready.add(Result.of(plan.line(), plan.outcome(), after.entry()));
                        } else {
                            ready.add(Result.retry(plan.line(), after.entry().id()));
                        }
                    }
                    return ready;
                })
                .flatMapIterable(results -> results);
    }

    private Plan plan(Wanted wanted, @Nullable Stored before) {
        Entry entry = wanted.entry();
        if (before != null && entries.sameContent(before.entry(), entry)) {
            return new Settled(Result.of(wanted.line(), Outcome.UNCHANGED, before.entry()));
        }
        // Names that it has already were looked at when it got them.
        boolean newNames = before == null || !before.entry().names().containsAll(entry.names());
        if (newNames && !allowSimilar) {
            Lookalikes.Match match = lookalikes.of(entry.id(), entry.names());
            if (match != null) {
                return new Settled(
                        new Result(wanted.line(), entry.id(), Outcome.DUPLICATE_SUSPECT.text, null, match, null));
            }
        }
        try {
            var change = new Entries.Change(before, Stored.next(before, entry));
            lookalikes.put(entry.id(), entry.names());
            return new Planned(wanted.line(), before == null ? Outcome.CREATED : Outcome.CHANGED, change);
        } catch (ProblemException e) {
            return new Settled(Result.rejected(wanted.line(), entry.id(), e.problem()));
        }
    }
}
