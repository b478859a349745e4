package dev.adhere.catalog;

import dev.adhere.contracts.Exercise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// How an exercise lies in MongoDB: its fields as they are answered, but an alias together with its origin;
/// beside them `revision`, `dirty` and `published`.
final class EntryDocuments {

    private static final JsonWriterSettings PLAIN =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private final JsonMapper json;

    EntryDocuments(JsonMapper json) {
        this.json = json;
    }

    /// What an exercise says, and nothing of its revision: equal where nothing changed.
    Document content(Entry entry) {
        ObjectNode node = json.valueToTree(entry);
        node.remove(List.of("id", "revision", "aliases", "aliasOrigins"));
        Document doc = Document.parse(json.writeValueAsString(node));
        Map<String, String> origins = new HashMap<>();
        entry.aliasOrigins().forEach(o -> origins.put(o.alias(), o.origin()));
        doc.put(
                "aliases",
                entry.aliases().stream()
                        .map(alias -> new Document("alias", alias).append("origin", origins.get(alias)))
                        .toList());
        return doc;
    }

    /// The whole document. What was ever published is dirty: it has to reach the topic.
    Document document(Stored stored) {
        Document doc = content(stored.entry());
        doc.put("_id", stored.entry().id());
        doc.put("revision", stored.entry().revision());
        doc.put("published", stored.published());
        doc.put("dirty", stored.published());
        return doc;
    }

    /// The content file's form of an exercise, as revision 1.
    static Document first(ObjectNode exercise) {
        Document doc = Document.parse(exercise.toString());
        boolean published = !Exercise.Status.DRAFT.name().equals(doc.getString("status"));
        doc.put("_id", doc.remove("id"));
        doc.put("revision", 1L);
        doc.put("published", published);
        doc.put("dirty", published);
        return doc;
    }

    Stored read(Document stored) {
        var doc = new Document(stored);
        doc.put("id", doc.remove("_id"));
        var _ = doc.remove("dirty");
        // A document of an earlier release does not have the field.
        var given = (Boolean) doc.remove("published");
        boolean published = given == null ? !Exercise.Status.DRAFT.name().equals(doc.getString("status")) : given;
        var aliases = new ArrayList<String>();
        var origins = new ArrayList<Document>();
        for (Document alias : doc.getList("aliases", Document.class, List.of())) {
            aliases.add(alias.getString("alias"));
            if (alias.getString("origin") != null) {
                origins.add(alias);
            }
        }
        doc.put("aliases", aliases);
        doc.put("aliasOrigins", origins);
        return new Stored(json.readValue(doc.toJson(PLAIN), Entry.class), published);
    }
}
