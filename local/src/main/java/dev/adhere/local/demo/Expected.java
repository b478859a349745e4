package dev.adhere.local.demo;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/// A7 as the simulator itself counts it, by the rule's plain words and with none of the services' code.
/// What is excused it is told: only the services know what they postponed for pain.
///
/// @param done sets done, capped per slot, thousandths
/// @param due sets prescribed
record Expected(long done, long due) {

    /// @param through the last closed day
    /// @param excused tells of a date and an exercise whether it leaves the measure
    static Expected week(Person person, LocalDate through, Ledger ledger, BiPredicate<LocalDate, String> excused) {
        long done = 0;
        long due = 0;
        for (LocalDate date = through.minusDays(6); !date.isAfter(through); date = date.plusDays(1)) {
            Map<String, Long> amounts = amounts(person, date, ledger);
            List<Programme.Item> items = person.due(date, ledger.began());
            for (Programme.Item item : items) {
                if (excused.test(date, item.exerciseId())) {
                    continue;
                }
                for (String side : item.sides()) {
                    long amount = amounts.getOrDefault(item.exerciseId() + side, 0L);
                    long credit = Math.round(1000.0 * amount / item.target());
                    done += Math.min(credit, 1000L * item.sets());
                    due += item.sets();
                }
            }
        }
        return new Expected(done, due);
    }

    private static Map<String, Long> amounts(Person person, LocalDate date, Ledger ledger) {
        var amounts = new HashMap<String, Long>();
        for (Deed deed : Deed.on(date, person, ledger.began(), ledger.seed())) {
            if (deed instanceof Deed.DidSet set && ledger.accepted(person.userId(), set.id())) {
                long counts = Math.min(set.amount(), set.item().target());
                amounts.merge(set.item().exerciseId() + set.side(), counts, Long::sum);
            }
        }
        return amounts;
    }
}
