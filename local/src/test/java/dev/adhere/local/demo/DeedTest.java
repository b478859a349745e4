package dev.adhere.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeedTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant BEGAN = Instant.parse("2026-11-21T08:00:00Z");

    private static Stream<Deed> days(Person person, LocalDate from, LocalDate until, Instant began, long seed) {
        return from.datesUntil(until).flatMap(date -> Deed.on(date, person, began, seed).stream());
    }

    private static List<String> history(long seed) {
        return Person.all(BEGAN).stream()
                .flatMap(person -> days(
                                person, LocalDate.parse("2026-10-10"), LocalDate.parse("2026-11-21"), BEGAN, seed)
                        .map(deed -> deed.json(person, deed.at().toInstant())))
                .toList();
    }

    @Test
    void theSameSeedMakesTheSameHistoryAndAnotherOneAnother() {
        assertThat(history(7)).isEqualTo(history(7)).hasSizeGreaterThan(4_000);
        assertThat(history(8)).isNotEqualTo(history(7));
    }

    @Test
    void everyIdIsAUuidOfVersion7AndThereOnce() {
        var ids = new HashSet<String>();
        for (String line : history(7)) {
            JsonNode event = JSON.readTree(line);
            UUID id = UUID.fromString(event.path("id").asString());
            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
            assertThat(ids.add(id.toString())).isTrue();
        }
    }

    // Two years hold every clock change of every zone, some of them at midnight.
    @Test
    void everyTimeIsOneThatTheZoneHasAndOnItsDate() {
        Instant began = Instant.parse("2025-01-10T08:00:00Z");
        for (Person person : Person.all(began)) {
            LocalDate from = person.plan(began).getFirst().from();
            for (LocalDate date : from.datesUntil(from.plusYears(2)).toList()) {
                for (Deed deed : Deed.on(date, person, began, 7)) {
                    JsonNode event = JSON.readTree(deed.json(person, deed.at().toInstant()));
                    OffsetDateTime time =
                            OffsetDateTime.parse(event.path("time").asString());
                    assertThat(person.zone().getRules().isValidOffset(time.toLocalDateTime(), time.getOffset()))
                            .as(person.userId() + " " + time)
                            .isTrue();
                    assertThat(time.toLocalDate()).as(person.userId()).isEqualTo(date);
                    assertThat(event.path("data").path("zone").asString())
                            .isEqualTo(person.zone().getId());
                }
            }
        }
    }

    @Test
    void nothingHappensBeforeThePlanAndOnDaysOfRestOnlyRest() {
        Person worker = Person.COHORT.stream()
                .filter(person -> person.rhythm() == Person.Rhythm.WORKDAYS)
                .findFirst()
                .orElseThrow();
        LocalDate from = worker.plan(BEGAN).getFirst().from();
        assertThat(Deed.on(from.minusDays(1), worker, BEGAN, 7)).isEmpty();
        assertThat(Deed.on(LocalDate.parse("2026-11-14"), worker, BEGAN, 7)).isEmpty();
    }

    @Test
    void aPhoneWhoseClockIsAheadDatesWhatItTellsAhead() {
        Person ahead = Person.COHORT.stream()
                .filter(person -> person.habit() == Habit.CLOCK_AHEAD)
                .findFirst()
                .orElseThrow();
        assertThat(Instant.from(OffsetDateTime.parse(Deed.phoneTime(ahead, BEGAN))))
                .isEqualTo(BEGAN.plus(ahead.habit().clockAhead()));
    }
}
