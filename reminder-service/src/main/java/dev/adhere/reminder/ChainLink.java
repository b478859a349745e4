package dev.adhere.reminder;

import dev.adhere.contracts.Chains;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A counted fact that corrects, withdraws or is named by one that does: what the head must know of it to
/// tell which of its chain is in force (rule 10), wherever its date's facts are.
///
/// @param date on which the fact counts
record ChainLink(
        String id, String type, Instant time, @Nullable String replaces, LocalDate date) implements Chains.Link {

    static ChainLink of(Fact fact, LocalDate date) {
        return new ChainLink(fact.id(), fact.type(), fact.time(), fact.replaces(), date);
    }

    static Set<String> superseded(Collection<ChainLink> links) {
        return links.isEmpty() ? Set.of() : Chains.replacements(links).keySet();
    }
}
