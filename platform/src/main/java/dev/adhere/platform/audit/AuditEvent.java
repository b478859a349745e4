package dev.adhere.platform.audit;

import dev.adhere.platform.security.Caller;
import dev.adhere.platform.security.Role;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Somebody asked for something of another person, in the terms of FHIR's AuditEvent. It names what was
/// asked for and never holds any of it: no value, note, query or id of a thing.
///
/// @param id names the record
/// @param patient the person whose data it is about
/// @param recorded when it was asked for
/// @param agent who asked
/// @param action what it was meant to do
/// @param request method and path as this document has it, its variables unfilled
/// @param outcome the answer's HTTP status: below 400 it was granted; null where the service stopped before
///     it knew
@Schema(name = "AuditEvent")
public record AuditEvent(
        @Schema(example = "6c0f9a52-0b0e-4f0f-9a57-3d7a3f6e8a11")
        String id,

        @Schema(example = "user-001") String patient,
        Instant recorded,
        Agent agent,
        Action action,
        @Schema(example = "GET /v1/users/{userId}/plan") String request,

        @Schema(minimum = "200", maximum = "599", example = "200") @Nullable
        Integer outcome) {

    /// Who asked.
    ///
    /// @param who the `sub` of the token, or who was signed in to the dashboard
    /// @param roles that who asked had then
    @Schema(name = "AuditAgent")
    public record Agent(@Schema(example = "coach-anna") String who, List<Role> roles) {

        public Agent {
            roles = List.copyOf(roles);
        }

        static Agent of(Caller caller) {
            return new Agent(caller.userId(), caller.roles().stream().sorted().toList());
        }
    }

    /// What a request is meant to do: R reads, U writes, D deletes; E is everything else that is done with
    /// POST.
    public enum Action {
        R,
        U,
        D,
        E;

        static Action of(String method) {
            return switch (method) {
                case "GET", "HEAD", "OPTIONS" -> R;
                case "PUT", "PATCH" -> U;
                case "DELETE" -> D;
                default -> E;
            };
        }
    }

    AuditEvent with(int status) {
        return new AuditEvent(id, patient, recorded, agent, action, request, status);
    }
}
