package dev.adhere.contracts;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Rule 10: which of a user's events are no longer in force because a correction or a withdrawal of them came.
///
/// Events that name one another, directly or through others, are a chain; the newest of a chain by (`time`, id) counts.
/// A correction is of the type of what it corrects; one that names an event of another type corrects nothing. A
/// withdrawal may name any type. Corrections that name the same id are one chain even while nothing of that id has
/// come, if they are of one type; a withdrawal of what has not come waits for it.
public final class Chains {

    private Chains() {}

    /// An event that corrects or withdraws another, or may be corrected.
    public interface Link {

        String id();

        /// The CloudEvents type.
        String type();

        Instant time();

        /// The id that this event corrects or withdraws; null for none.
        @Nullable
        String replaces();
    }

    private static final Comparator<Link> BY_AGE =
            Comparator.comparing(Link::time).thenComparing(Link::id);

    /// For every event that is no longer in force, the one of its chain that counts: the newest, which may be a
    /// withdrawal. The order of the links plays no part.
    ///
    /// @param links one of an id
    public static <L extends Link> Map<String, L> replacements(Collection<L> links) {
        Map<String, L> replacements = new HashMap<>();
        for (List<L> chain : of(links)) {
            L newest = Collections.max(chain, BY_AGE);
            chain.stream().filter(link -> link != newest).forEach(link -> replacements.put(link.id(), newest));
        }
        return replacements;
    }

    /// The chains; each link is in one of them, alone where it names nothing that it may name and nothing names it.
    ///
    /// @param links one of an id
    public static <L extends Link> List<List<L>> of(Collection<L> links) {
        Map<String, L> byId = links.stream().collect(Collectors.toMap(Link::id, l -> l));
        Map<String, Set<String>> neighbours = new HashMap<>();
        for (L link : links) {
            String target = link.replaces();
            if (target != null && mayReplace(link, byId.get(target))) {
                // No id holds a space: what has not come stands apart for each type.
                String node = byId.containsKey(target) ? target : target + " " + link.type();
                neighbours.computeIfAbsent(link.id(), _ -> new HashSet<>()).add(node);
                neighbours.computeIfAbsent(node, _ -> new HashSet<>()).add(link.id());
            }
        }
        List<List<L>> chains = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String start : byId.keySet()) {
            List<L> chain = new ArrayList<>();
            var open = new ArrayDeque<>(List.of(start));
            while (!open.isEmpty()) {
                String id = open.remove();
                if (seen.add(id)) {
                    L link = byId.get(id);
                    if (link != null) {
                        chain.add(link);
                    }
                    open.addAll(neighbours.getOrDefault(id, Set.of()));
                }
            }
            if (!chain.isEmpty()) {
                chains.add(chain);
            }
        }
        return chains;
    }

    private static boolean mayReplace(Link link, @Nullable Link target) {
        return !link.id().equals(link.replaces())
                && (target == null
                        || target.type().equals(link.type())
                        || target.type().equals(SessionEvent.Withdrawal.TYPE)
                        || link.type().equals(SessionEvent.Withdrawal.TYPE));
    }
}
