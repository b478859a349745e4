package dev.adhere.catalog;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import dev.adhere.contracts.Exercise;
import dev.adhere.platform.api.FromClient;
import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.Problem.FieldError;
import dev.adhere.platform.web.StrictJson;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/// An exercise as an editor sends it, and what it must fulfil to be one. Required are `name`, `kind` and
/// `status`, and `id` in an import.
///
/// @param id 1-64 of `a-z 0-9 -`, begins and ends with a letter or digit
/// @param revision said by the service, ignored when it comes back
/// @param status a published exercise cannot become a draft again
/// @param draftReason why it is not published; not of a published one
/// @param name has a letter or digit
/// @param nameInferred whether the article gives no name
/// @param aliases other names that people look for
/// @param aliasOrigins who uses an alias; only of names that are in `aliases`
/// @param kind what it is for
/// @param kindBasis where the kind is from
/// @param unilateral whether it is done per side; null where no source says
/// @param unilateralBasis where that is from
/// @param position how one starts
/// @param targetMuscles what it works on
/// @param equipment what one needs for it
/// @param postponeOnDiscomfort whether it is put off while the low back is uncomfortable
/// @param variantOf the exercise that this is a form of
/// @param easierForm the exercise to fall back to when this one is too much
/// @param related other exercises, and how this one relates to them
/// @param sources may be empty: then nothing is claimed of the exercise
@FromClient
record EntryBody(
        @Schema(pattern = ID_PATTERN, example = "wall-sit") @Nullable
        String id,

        @Schema(implementation = Object.class) @Nullable JsonNode revision,

        @Schema(implementation = Exercise.Status.class, requiredMode = REQUIRED, example = "PUBLISHED") @Nullable
        String status,

        @Schema(minLength = 1, maxLength = LONGEST_TEXT) @Nullable
        String draftReason,

        @Schema(minLength = 1, maxLength = LONGEST_NAME, requiredMode = REQUIRED, example = "Wall sit") @Nullable
        String name,

        @Nullable Boolean nameInferred,

        @ArraySchema(
                maxItems = MOST_NAMES,
                uniqueItems = true,
                schema = @Schema(minLength = 1, maxLength = LONGEST_NAME, example = "Wall squat"))
        @Nullable
        List<@Nullable String> aliases,

        @ArraySchema(maxItems = MOST_NAMES) @Nullable List<@Nullable OriginBody> aliasOrigins,

        @Schema(implementation = Exercise.Kind.class, requiredMode = REQUIRED, example = "STRENGTHENING") @Nullable
        String kind,

        @Schema(minLength = 1, maxLength = LONGEST_TEXT) @Nullable
        String kindBasis,

        @Nullable Boolean unilateral,

        @Schema(minLength = 1, maxLength = LONGEST_TEXT) @Nullable
        String unilateralBasis,

        @Schema(minLength = 1, maxLength = LONGEST_TEXT, example = "standing, back against a wall") @Nullable
        String position,

        @ArraySchema(
                maxItems = MOST_ITEMS,
                schema = @Schema(minLength = 1, maxLength = LONGEST_NAME, example = "quadriceps"))
        @Nullable
        List<@Nullable String> targetMuscles,

        @ArraySchema(maxItems = MOST_ITEMS, schema = @Schema(minLength = 1, maxLength = LONGEST_NAME, example = "wall"))
        @Nullable
        List<@Nullable String> equipment,

        @Nullable Boolean postponeOnDiscomfort,
        @Schema(pattern = ID_PATTERN) @Nullable String variantOf,

        @Schema(pattern = ID_PATTERN, example = "alternating-superman") @Nullable
        String easierForm,

        @ArraySchema(maxItems = MOST_ITEMS) @Nullable List<@Nullable RelatedBody> related,
        @ArraySchema(maxItems = MOST_ITEMS) @Nullable List<@Nullable SourceBody> sources) {

    /// Who uses an alias.
    ///
    /// @param alias one of `aliases`
    /// @param origin the article that uses the name, or `knowledge`
    @FromClient
    record OriginBody(
            @Schema(minLength = 1, maxLength = LONGEST_NAME, requiredMode = REQUIRED, example = "Wall squat") @Nullable
            String alias,

            @Schema(minLength = 1, maxLength = LONGEST_NAME, requiredMode = REQUIRED, example = "knowledge") @Nullable
            String origin) {}

    /// Another exercise.
    ///
    /// @param id the id of another exercise
    /// @param relation how this one relates to that
    @FromClient
    record RelatedBody(
            @Schema(pattern = ID_PATTERN, requiredMode = REQUIRED, example = "bridge") @Nullable
            String id,

            @Schema(minLength = 1, maxLength = LONGEST_NAME, requiredMode = REQUIRED, example = "easier form") @Nullable
            String relation) {}

    /// A dose as an article states it.
    ///
    /// @param min not above `max`
    /// @param max at most 100 sets, 1,000 repetitions or 14,400 seconds
    /// @param approx whether the article says "about"
    @FromClient
    record RangeBody(
            @Schema(minimum = "1", maximum = "14400", requiredMode = REQUIRED, example = "10") @Nullable
            Integer min,

            @Schema(minimum = "1", maximum = "14400", requiredMode = REQUIRED, example = "12") @Nullable
            Integer max,

            @Nullable Boolean approx) {}

    /// What one article says. A dose that it does not give is null or left out.
    ///
    /// @param file names the article
    /// @param title the article's title
    /// @param namedAs what the article calls the exercise
    /// @param detail DESCRIBED (if absent), NAMED_ONLY or MENTIONED_AS_A_GOAL
    /// @param holdSeconds seconds
    /// @param sets sets
    /// @param reps repetitions
    /// @param repsPer what `reps` counts per, such as `side`
    /// @param intensity an object of plain numbers and texts, at most 1,000 characters of JSON
    /// @param position how one starts
    /// @param targetMuscles what it works on
    /// @param steps how it is done
    /// @param cautions what to look out for
    /// @param contraindications who must not do it
    /// @param notes what else there is to know of the source
    @FromClient
    record SourceBody(
            @Schema(minLength = 1, maxLength = LONGEST_NAME, requiredMode = REQUIRED, example = "own.txt") @Nullable
            String file,

            @Schema(minLength = 1, maxLength = LONGEST_NAME, requiredMode = REQUIRED, example = "Our own leaflet")
            @Nullable
            String title,

            @Schema(minLength = 1, maxLength = LONGEST_NAME) @Nullable
            String namedAs,

            @Schema(allowableValues = {"DESCRIBED", "NAMED_ONLY", "MENTIONED_AS_A_GOAL"}) @Nullable
            String detail,

            @Nullable RangeBody holdSeconds,
            @Nullable RangeBody sets,
            @Nullable RangeBody reps,

            @Schema(minLength = 1, maxLength = LONGEST_NAME) @Nullable
            String repsPer,

            @Schema(types = "object") @Nullable JsonNode intensity,

            @Schema(minLength = 1, maxLength = LONGEST_TEXT) @Nullable
            String position,

            @ArraySchema(maxItems = MOST_ITEMS, schema = @Schema(minLength = 1, maxLength = LONGEST_TEXT)) @Nullable
            List<@Nullable String> targetMuscles,

            @ArraySchema(
                    maxItems = MOST_ITEMS,
                    schema = @Schema(minLength = 1, maxLength = LONGEST_TEXT, example = "Slide down the wall."))
            @Nullable
            List<@Nullable String> steps,

            @ArraySchema(maxItems = MOST_ITEMS, schema = @Schema(minLength = 1, maxLength = LONGEST_TEXT)) @Nullable
            List<@Nullable String> cautions,

            @ArraySchema(maxItems = MOST_ITEMS, schema = @Schema(minLength = 1, maxLength = LONGEST_TEXT)) @Nullable
            List<@Nullable String> contraindications,

            @ArraySchema(maxItems = MOST_ITEMS, schema = @Schema(minLength = 1, maxLength = LONGEST_TEXT)) @Nullable
            List<@Nullable String> notes) {}

    static final int MOST_BYTES = 64 * 1024;
    static final String TOO_LARGE = "An exercise has at most 64 KiB.";
    static final String ID_PATTERN = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

    private static final Pattern ID = Pattern.compile(ID_PATTERN);

    // Resources beside the exercises.
    private static final List<String> ADDRESSES = List.of("export", "import");
    private static final List<String> DETAILS = List.of("DESCRIBED", "NAMED_ONLY", "MENTIONED_AS_A_GOAL");
    private static final int MOST_NAMES = 30;
    private static final int MOST_ITEMS = 50;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_TEXT = 1_000;

    static boolean isId(@Nullable String text) {
        return text != null && ID.matcher(text).matches();
    }

    /// Reads a body; what its fields mean is not looked at yet.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 400 `invalid-body` or `reserved-field`
    static EntryBody read(byte[] bytes) {
        try {
            return StrictJson.MAPPER.treeToValue(StrictJson.object(bytes), EntryBody.class);
        } catch (UnrecognizedPropertyException e) {
            throw (StrictJson.RESERVED.contains(e.getPropertyName())
                            ? Problem.reservedField()
                            : Problem.invalidBody("An exercise does not have one of these fields."))
                    .asException();
        } catch (JacksonException _) {
            throw Problem.invalidBody("The body does not read as an exercise.").asException();
        }
    }

    /// Checks everything and makes the exercise, as revision 0.
    ///
    /// @param address the id that the address names; null where the body alone does
    /// @throws dev.adhere.platform.web.ProblemException 422 `validation-failed`
    Entry toEntry(@Nullable String address) {
        var check = new Check();
        String id = address == null ? this.id : address;
        if (!isId(id)) {
            check.fault("id", "is required, 1-64 of a-z 0-9 and - between them");
        } else if (ADDRESSES.contains(id)) {
            check.fault("id", "must not be one of " + ADDRESSES);
        } else if (this.id != null && !this.id.equals(id)) {
            check.fault("id", "must be that of the address");
        }
        Exercise.Status status = check.oneOf("status", this.status, Exercise.Status.values());
        Exercise.Kind kind = check.oneOf("kind", this.kind, Exercise.Kind.values());
        String name = check.name("name", this.name);
        List<String> aliases = check.list("aliases", this.aliases, MOST_NAMES, check::name);
        noneTwice(check, aliases);
        List<Entry.AliasOrigin> origins = check.list("aliasOrigins", aliasOrigins, MOST_NAMES, (at, body) -> {
            String alias = body == null ? null : body.alias();
            String origin = body == null ? null : check.required(at + ".origin", body.origin(), LONGEST_NAME);
            if (alias == null || !aliases.contains(alias)) {
                check.fault(at + ".alias", "must be one of aliases");
            }
            return alias == null || origin == null ? null : new Entry.AliasOrigin(alias, origin);
        });
        List<Entry.Related> related = check.list("related", this.related, MOST_ITEMS, (at, body) -> {
            String to = body == null ? null : body.id();
            check.other(at + ".id", to, id);
            String relation = body == null ? null : check.required(at + ".relation", body.relation(), LONGEST_NAME);
            return to == null || relation == null ? null : new Entry.Related(to, relation);
        });
        if (variantOf != null) {
            check.other("variantOf", variantOf, id);
        }
        if (easierForm != null) {
            check.other("easierForm", easierForm, id);
        }
        String reason = check.optional("draftReason", draftReason, LONGEST_TEXT);
        if (reason != null && status == Exercise.Status.PUBLISHED) {
            check.fault("draftReason", "must be null where the exercise is published");
        }
        String kindBasis = check.optional("kindBasis", this.kindBasis, LONGEST_TEXT);
        String unilateralBasis = check.optional("unilateralBasis", this.unilateralBasis, LONGEST_TEXT);
        String position = check.optional("position", this.position, LONGEST_TEXT);
        List<String> muscles = check.texts("targetMuscles", targetMuscles, LONGEST_NAME);
        List<String> equipment = check.texts("equipment", this.equipment, LONGEST_NAME);
        List<Entry.Source> sources = check.list("sources", this.sources, MOST_ITEMS, check::source);
        if (!check.faults.isEmpty() || id == null || name == null || kind == null || status == null) {
            throw Problem.validationFailed(check.faults).asException();
        }
        return new Entry(
                id,
                0,
                status,
                reason,
                name,
                Boolean.TRUE.equals(nameInferred),
                aliases,
                origins,
                kind,
                kindBasis,
                unilateral,
                unilateralBasis,
                position,
                muscles,
                equipment,
                Boolean.TRUE.equals(postponeOnDiscomfort),
                variantOf,
                easierForm,
                related,
                sources);
    }

    private static void noneTwice(Check check, List<String> aliases) {
        var seen = new HashSet<String>();
        for (String alias : aliases) {
            if (!seen.add(alias)) {
                check.fault("aliases", "must not name one twice");
                return;
            }
        }
    }

    private interface Reader<B, T> {
        @Nullable
        T read(String at, @Nullable B body);
    }

    /// One run through a body.
    private static final class Check {
        final List<FieldError> faults = new ArrayList<>();

        void fault(String field, String message) {
            faults.add(new FieldError(field, message));
        }

        /// @param own the id of the exercise that names it
        void other(String field, @Nullable String id, @Nullable String own) {
            if (!isId(id) || Objects.equals(id, own)) {
                fault(field, "must be the id of another exercise");
            }
        }

        <T extends Enum<T>> @Nullable T oneOf(String field, @Nullable String text, T[] values) {
            for (T value : values) {
                if (value.name().equals(text)) {
                    return value;
                }
            }
            fault(
                    field,
                    "is required, one of "
                            + Arrays.stream(values).map(Enum::name).collect(Collectors.joining(", ")));
            return null;
        }

        @Nullable
        String name(String field, @Nullable String text) {
            String name = required(field, text, LONGEST_NAME);
            if (name != null && Names.words(name).isEmpty()) {
                fault(field, "must have a letter or digit");
                return null;
            }
            return name;
        }

        @Nullable
        String required(String field, @Nullable String text, int longest) {
            if (text == null || text.isBlank()) {
                fault(field, "is required, 1-" + longest + " characters");
                return null;
            }
            return optional(field, text, longest);
        }

        @Nullable
        String optional(String field, @Nullable String text, int longest) {
            if (text == null) {
                return null;
            }
            if (text.isBlank() || text.length() > longest || text.codePoints().anyMatch(Check::unseen)) {
                fault(field, "must be 1-" + longest + " characters without control characters");
                return null;
            }
            return text;
        }

        // Control characters, and those that turn the direction of what follows on a reader's screen.
        private static boolean unseen(int c) {
            return Character.isISOControl(c) || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        }

        <B, T> List<T> list(String field, @Nullable List<@Nullable B> bodies, int most, Reader<B, T> reader) {
            if (bodies == null) {
                return List.of();
            }
            if (bodies.size() > most) {
                fault(field, "must be at most " + most);
                return List.of();
            }
            var read = new ArrayList<T>();
            for (int i = 0; i < bodies.size(); i++) {
                T value = reader.read(field + "[" + i + "]", bodies.get(i));
                if (value != null) {
                    read.add(value);
                }
            }
            return List.copyOf(read);
        }

        List<String> texts(String field, @Nullable List<@Nullable String> texts, int longest) {
            return list(field, texts, MOST_ITEMS, (at, text) -> required(at, text, longest));
        }

        @Nullable
        List<String> textsOrNull(String field, @Nullable List<@Nullable String> texts) {
            return texts == null ? null : texts(field, texts, LONGEST_TEXT);
        }

        Exercise.@Nullable Range range(String field, @Nullable RangeBody body, int most) {
            if (body == null) {
                return null;
            }
            Integer min = body.min();
            Integer max = body.max();
            if (min == null || max == null || min < 1 || max > most || min > max) {
                fault(field, "must have min and max, whole numbers 1-" + most + ", min not above max");
                return null;
            }
            return new Exercise.Range(min, max, Boolean.TRUE.equals(body.approx()));
        }

        Entry.@Nullable Source source(String at, @Nullable SourceBody body) {
            if (body == null) {
                fault(at, "is no source");
                return null;
            }
            Function<String, String> field = name -> at + "." + name;
            String file = required(field.apply("file"), body.file(), LONGEST_NAME);
            String title = required(field.apply("title"), body.title(), LONGEST_NAME);
            String detail = body.detail() == null ? DETAILS.getFirst() : body.detail();
            if (!DETAILS.contains(detail)) {
                fault(field.apply("detail"), "must be one of " + String.join(", ", DETAILS));
            }
            if (body.intensity() != null && !isIntensity(body.intensity())) {
                fault(field.apply("intensity"), "must be a small object of plain numbers and texts");
            }
            var source = new Entry.Source(
                    Objects.requireNonNullElse(file, ""),
                    Objects.requireNonNullElse(title, ""),
                    optional(field.apply("namedAs"), body.namedAs(), LONGEST_NAME),
                    detail,
                    range(field.apply("holdSeconds"), body.holdSeconds(), 14_400),
                    range(field.apply("sets"), body.sets(), 100),
                    range(field.apply("reps"), body.reps(), 1_000),
                    optional(field.apply("repsPer"), body.repsPer(), LONGEST_NAME),
                    body.intensity() == null || body.intensity().isNull() ? null : body.intensity(),
                    optional(field.apply("position"), body.position(), LONGEST_TEXT),
                    textsOrNull(field.apply("targetMuscles"), body.targetMuscles()),
                    textsOrNull(field.apply("steps"), body.steps()),
                    textsOrNull(field.apply("cautions"), body.cautions()),
                    textsOrNull(field.apply("contraindications"), body.contraindications()),
                    textsOrNull(field.apply("notes"), body.notes()));
            return file == null || title == null ? null : source;
        }

        private static boolean isIntensity(JsonNode node) {
            return node.isNull() || node.isObject() && node.toString().length() <= LONGEST_TEXT && plainNumbers(node);
        }

        private static boolean plainNumbers(JsonNode node) {
            if (node.isNumber()) {
                return node.isIntegralNumber()
                        ? node.canConvertToLong()
                        : Double.isFinite(node.decimalValue().doubleValue());
            }
            for (JsonNode child : node) {
                if (!plainNumbers(child)) {
                    return false;
                }
            }
            return true;
        }
    }
}
