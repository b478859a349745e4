package dev.adhere.platform.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a list goes on: the sort key of the last row shown, opaque to clients. Holds nothing that the row
/// did not.
public record Cursor(List<String> key) {

    private static final String SEPARATOR = "\u001f";

    public Cursor {
        key = List.copyOf(key);
    }

    public static Cursor after(String... key) {
        return new Cursor(List.of(key));
    }

    public String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(String.join(SEPARATOR, key).getBytes(StandardCharsets.UTF_8));
    }

    /// Reads a client's cursor that must have `parts` parts; null stays null.
    ///
    /// @throws ProblemException 400 `invalid-parameter`
    public static @Nullable Cursor parse(@Nullable String text, int parts) {
        if (text == null) {
            return null;
        }
        try {
            if (text.length() <= 1024) {
                String plain = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(text)))
                        .toString();
                List<String> key = List.of(plain.split(SEPARATOR, -1));
                if (key.size() == parts) {
                    return new Cursor(key);
                }
            }
        } catch (IllegalArgumentException | CharacterCodingException _) {
            // falls through: no cursor of ours
        }
        throw Problem.invalidParameter("cursor is not one that a list gave out.")
                .asException();
    }
}
