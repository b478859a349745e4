package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Indexes;
import org.bson.Document;

/// The collections `nudges` and `alerts`: one document a decision, kept for as long as the user is.
record DecisionLog(MongoCollection<Document> nudges, MongoCollection<Document> alerts) {

    void prepare() {
        var _ = nudges.createIndex(Indexes.descending("userId", "date", "_id"));
        var _ = alerts.createIndex(Indexes.descending("userId", "date", "_id"));
    }
}
