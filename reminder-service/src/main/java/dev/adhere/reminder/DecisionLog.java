package dev.adhere.reminder;

import com.mongodb.client.MongoCollection;
import org.bson.Document;

/// The collection `nudges`: one document a decision, kept for as long as the user is.
record DecisionLog(MongoCollection<Document> collection) {}
