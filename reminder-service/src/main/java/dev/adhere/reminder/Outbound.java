package dev.adhere.reminder;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// Posts to addresses that users named: to public ones only, within ten seconds, without following a
/// redirect, without cookies, and without reading more of the answer than its head.
final class Outbound implements AutoCloseable {

    private static final Duration STEP = Duration.ofSeconds(5);
    private static final int MOST_AT_ONCE = 64;
    private static final int LONGEST_HEADER = 8 * 1024;
    private static final int MOST_HEADERS = 100;

    private final PublicAddresses addresses;
    private final Duration whole;
    private final CloseableHttpClient client;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("outbound-watch").factory());

    Outbound(PublicAddresses addresses) {
        this(addresses, STEP, STEP.multipliedBy(2));
    }

    /// @param step the longest silence in a conversation
    /// @param whole the longest that it takes
    Outbound(PublicAddresses addresses, Duration step, Duration whole) {
        this.addresses = addresses;
        this.whole = whole;
        Timeout silence = Timeout.of(step);
        this.client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(addresses)
                        .setMaxConnTotal(MOST_AT_ONCE)
                        .setMaxConnPerRoute(MOST_AT_ONCE)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(silence)
                                .setSocketTimeout(silence)
                                .build())
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(Http1Config.custom()
                                        .setMaxLineLength(LONGEST_HEADER)
                                        .setMaxHeaderCount(MOST_HEADERS)
                                        .build())
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(silence)
                        .setConnectionRequestTimeout(silence)
                        .setExpectContinueEnabled(false)
                        .build())
                // A connection that is kept would be one to an address that was checked for somebody else.
                .setConnectionReuseStrategy((_, _, _) -> false)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Adhere")
                .build();
    }

    /// What came back.
    ///
    /// @param status 0 where nothing did
    /// @param pause what `Retry-After` asks for
    record Answer(int status, Duration pause) {

        private static final Answer NONE = new Answer(0, Duration.ZERO);

        boolean success() {
            return status / 100 == 2;
        }
    }

    /// Blocks. Null where there is no such address to post to, so that nothing was sent.
    @Nullable
    Answer post(String url, Map<String, String> headers, byte[] body, ContentType type, Instant now) {
        URI uri = addresses.read(url);
        if (uri == null) {
            return null;
        }
        var request = new HttpPost(uri);
        headers.forEach(request::setHeader);
        request.setEntity(new ByteArrayEntity(body, type));
        // Silence has its own limit; this one is for who sends a byte now and then.
        ScheduledFuture<?> limit = watch.schedule(request::cancel, whole.toMillis(), TimeUnit.MILLISECONDS);
        try {
            ClassicHttpResponse response = client.executeOpen(HttpHost.create(uri), request, null);
            return new Answer(response.getCode(), pause(response.getFirstHeader(HttpHeaders.RETRY_AFTER), now));
        } catch (IOException | RuntimeException _) {
            return Answer.NONE;
        } finally {
            var _ = limit.cancel(false);
            // Ends the connection: a body is not read, however long it is.
            var _ = request.cancel();
        }
    }

    // RFC 9110, 10.2.3: seconds, or a date.
    private static Duration pause(@Nullable Header retryAfter, Instant now) {
        String value = retryAfter == null ? "" : retryAfter.getValue().strip();
        if (value.matches("\\d{1,7}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        Instant date = value.isEmpty() ? null : DateUtils.parseStandardDate(value);
        return date == null || date.isBefore(now) ? Duration.ZERO : Duration.between(now, date);
    }

    @Override
    public void close() throws IOException {
        watch.shutdownNow();
        client.close(CloseMode.IMMEDIATE);
    }
}
