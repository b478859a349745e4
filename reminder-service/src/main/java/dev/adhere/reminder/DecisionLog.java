package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Indexes;
import org.bson.Document;

/// The collection `nudges`: one document a decision, kept for as long as the user is.
record DecisionLog(MongoCollection<Document> collection) {

    void prepare() {
        var _ = collection.createIndex(Indexes.descending("userId", "date", "_id"));
    }
}
