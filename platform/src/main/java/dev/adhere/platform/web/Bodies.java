package dev.adhere.platform.web;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// How a body comes in, as it is and no larger than it may be, and how lines of JSON go out.
public final class Bodies {

    private Bodies() {}

    /// The whole body.
    ///
    /// @param most bytes
    /// @param larger what is said of a larger one that tells its length beforehand
    /// @throws ProblemException 400 `invalid-body` where there is none, 413 `payload-too-large`, 415
    ///     `unsupported-encoding`
    public static Mono<byte[]> whole(ServerHttpRequest request, int most, String larger) {
        identityOnly(request);
        if (request.getHeaders().getContentLength() > most) {
            return Mono.error(() -> tooLarge(larger).asException());
        }
        return DataBufferUtils.join(request.getBody(), most)
                .map(buffer -> {
                    byte[] bytes = new byte[buffer.readableByteCount()];
                    buffer.read(bytes);
                    DataBufferUtils.release(buffer);
                    return bytes;
                })
                .switchIfEmpty(Mono.error(
                        () -> Problem.invalidBody("The body is empty.").asException()));
    }

    /// @throws ProblemException 415 `unsupported-encoding`
    public static void identityOnly(ServerHttpRequest request) {
        String encoding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(ProblemType.UNSUPPORTED_ENCODING).asException();
        }
    }

    public static Problem tooLarge(String detail) {
        return Problem.of(ProblemType.PAYLOAD_TOO_LARGE, detail);
    }

    /// Lines of JSON, one for each value, as one buffer.
    ///
    /// @param bytesALine about so many
    public static DataBuffer lines(List<?> values, int bytesALine, JsonMapper json, ServerHttpResponse response) {
        var bytes = new ByteArrayOutputStream(bytesALine * values.size());
        for (Object value : values) {
            bytes.writeBytes(json.writeValueAsBytes(value));
            bytes.write('\n');
        }
        return response.bufferFactory().wrap(bytes.toByteArray());
    }
}
