package dev.adhere.catalog;

import dev.adhere.platform.web.Problem;
import dev.adhere.platform.web.ProblemType;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/// How a body comes in: as it is, and no larger than it may be.
final class Bodies {

    private Bodies() {}

    /// The whole body.
    ///
    /// @throws dev.adhere.platform.web.ProblemException 400 `invalid-body` where there is none, 413, 415
    static Mono<byte[]> whole(ServerHttpRequest request, int most) {
        identityOnly(request);
        if (request.getHeaders().getContentLength() > most) {
            return Mono.error(() -> tooLarge().asException());
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

    /// @throws dev.adhere.platform.web.ProblemException 415 `unsupported-encoding`
    static void identityOnly(ServerHttpRequest request) {
        String encoding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(ProblemType.UNSUPPORTED_ENCODING).asException();
        }
    }

    static Problem tooLarge() {
        return Problem.of(ProblemType.PAYLOAD_TOO_LARGE, "An exercise has at most 64 KiB.");
    }
}
