package dev.adhere.platform.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.bulk.BulkWriteError;

/// Which failures of a write say no more than that a key was taken: somebody else was first. Everything else, a write
/// concern that was not met above all, means that it is not known to be written.
public final class DuplicateKeys {

    private static final int DUPLICATE_KEY = 11000;

    private DuplicateKeys() {}

    /// Whether all that failed of an unordered bulk write did so because of keys that were taken; the rest is written.
    public static boolean only(MongoBulkWriteException failure) {
        return failure.getWriteConcernError() == null
                && failure.getWriteErrors().stream()
                        .mapToInt(BulkWriteError::getCode)
                        .allMatch(code -> code == DUPLICATE_KEY);
    }

    public static boolean is(MongoWriteException failure) {
        return failure.getError().getCode() == DUPLICATE_KEY;
    }
}
