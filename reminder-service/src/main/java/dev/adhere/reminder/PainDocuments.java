package dev.adhere.reminder;

import static dev.adhere.reminder.UserDocuments.documents;
import static dev.adhere.reminder.UserDocuments.instant;
import static dev.adhere.reminder.UserDocuments.list;
import static dev.adhere.reminder.UserDocuments.text;
import static dev.adhere.reminder.UserDocuments.value;

import dev.adhere.contracts.Alert;
import dev.adhere.contracts.SessionEvent.Region;
import dev.adhere.reminder.PainState.Approval;
import dev.adhere.reminder.PainState.Finding;
import dev.adhere.reminder.PainState.Restriction;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/// How a head stores what the rules of section 2 decided.
final class PainDocuments {

    private PainDocuments() {}

    /// @return null where there is nothing to store
    static @Nullable Document of(PainState s) {
        var doc = new Document("restrictions", orNull(list(s.restrictions(), PainDocuments::restriction)))
                .append("findings", orNull(list(s.findings(), PainDocuments::finding)))
                .append("alerts", orNull(list(s.alerts(), PainDocuments::alert)))
                .append("approvals", orNull(list(s.approvals(), PainDocuments::approval)))
                .append("gatedAt", text(s.gatedAt()))
                .append("firstScoreOn", text(s.firstScoreOn()))
                .append("firstMedian", s.firstMedian())
                .append("firstMedianOn", text(s.firstMedianOn()))
                .append("lastScoreAt", text(s.lastScoreAt()))
                .append("lastAnsweredAt", text(s.lastAnsweredAt()))
                .append("ask", UserDocuments.name(s.ask()));
        Document stored = compact(doc);
        return stored.isEmpty() ? null : stored;
    }

    static PainState state(@Nullable Document d) {
        if (d == null) {
            return PainState.NOTHING;
        }
        return new PainState(
                documents(d, "restrictions").stream()
                        .map(PainDocuments::restriction)
                        .toList(),
                documents(d, "findings").stream().map(PainDocuments::finding).toList(),
                documents(d, "alerts").stream().map(PainDocuments::alert).toList(),
                documents(d, "approvals").stream().map(PainDocuments::approval).toList(),
                instant(d, "gatedAt"),
                value(d, "firstScoreOn", LocalDate::parse),
                d.getDouble("firstMedian"),
                value(d, "firstMedianOn", LocalDate::parse),
                instant(d, "lastScoreAt"),
                instant(d, "lastAnsweredAt"),
                value(d, "ask", Alert.Rule::valueOf));
    }

    /// As heads held it up to schema 5.
    static DayPain day(@Nullable Document d) {
        if (d == null) {
            return DayPain.NONE;
        }
        return new DayPain(
                d.getList("mornings", Integer.class),
                documents(d, "during").stream()
                        .map(during -> new DayPain.During(
                                during.getString("exerciseId"), during.getInteger("worst"), during.getBoolean("full")))
                        .toList(),
                d.getList("regions", String.class).stream().map(Region::valueOf).collect(Collectors.toSet()));
    }

    private static Document restriction(Restriction r) {
        return compact(new Document("rule", r.rule().name())
                .append("exerciseId", r.exerciseId())
                .append("from", r.from().toString())
                .append("to", text(r.to()))
                .append("at", r.at().toString())
                .append("rulesVersion", r.rulesVersion())
                .append("endedBy", r.endedBy()));
    }

    private static Restriction restriction(Document d) {
        return new Restriction(
                Alert.Rule.valueOf(d.getString("rule")),
                d.getString("exerciseId"),
                LocalDate.parse(d.getString("from")),
                value(d, "to", LocalDate::parse),
                InstantText.parse(d.getString("at")),
                d.getString("rulesVersion"),
                d.getString("endedBy"));
    }

    private static Document finding(Finding f) {
        return compact(new Document("rule", f.rule().name())
                .append("exerciseId", f.exerciseId())
                .append("date", f.date().toString())
                .append("time", f.time().toString())
                .append("at", f.at().toString())
                .append("value", f.value())
                .append("reference", f.reference())
                .append("rulesVersion", f.rulesVersion()));
    }

    private static Finding finding(Document d) {
        return new Finding(
                Alert.Rule.valueOf(d.getString("rule")),
                d.getString("exerciseId"),
                LocalDate.parse(d.getString("date")),
                InstantText.parse(d.getString("time")),
                InstantText.parse(d.getString("at")),
                d.getDouble("value"),
                d.getDouble("reference"),
                d.getString("rulesVersion"));
    }

    static Document alert(Alert a) {
        return compact(new Document("id", a.id())
                .append("rule", a.rule().name())
                .append("severity", a.severity().name())
                .append("exerciseId", a.exerciseId())
                .append("date", a.date().toString())
                .append("raisedAt", a.raisedAt().toString())
                .append("rulesVersion", a.rulesVersion())
                .append("text", a.text())
                .append("textId", a.textId())
                .append("acknowledgedAt", text(a.acknowledgedAt()))
                .append("acknowledgedBy", a.acknowledgedBy())
                .append("note", a.note()));
    }

    private static Alert alert(Document d) {
        return new Alert(
                d.getString("id"),
                Alert.Rule.valueOf(d.getString("rule")),
                Alert.Severity.valueOf(d.getString("severity")),
                d.getString("exerciseId"),
                LocalDate.parse(d.getString("date")),
                InstantText.parse(d.getString("raisedAt")),
                d.getString("rulesVersion"),
                d.getString("text"),
                d.getString("textId"),
                instant(d, "acknowledgedAt"),
                d.getString("acknowledgedBy"),
                d.getString("note"));
    }

    private static Document approval(Approval a) {
        return new Document("exerciseId", a.exerciseId())
                .append("scope", a.scope().name())
                .append("at", a.at().toString())
                .append("by", a.by());
    }

    private static Approval approval(Document d) {
        return new Approval(
                d.getString("exerciseId"),
                Approval.Scope.valueOf(d.getString("scope")),
                InstantText.parse(d.getString("at")),
                d.getString("by"));
    }

    private static @Nullable List<Document> orNull(List<Document> list) {
        return list.isEmpty() ? null : list;
    }

    private static Document compact(Document doc) {
        doc.values().removeIf(value -> value == null);
        return doc;
    }
}
