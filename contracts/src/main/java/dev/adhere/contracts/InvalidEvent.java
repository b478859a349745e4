package dev.adhere.contracts;

import java.util.List;

/// An event breaks the rules of its type. Carries which fields and why, never their values.
public final class InvalidEvent extends Exception {

    private static final long serialVersionUID = 1;

    /// @param field path of the field, such as `data.score`
    /// @param message what the field must be
    public record Fault(String field, String message) {}

    private final transient List<Fault> faults;

    public InvalidEvent(List<Fault> faults) {
        super("invalid event", null, false, false);
        this.faults = List.copyOf(faults);
    }

    public List<Fault> faults() {
        return faults;
    }
}
