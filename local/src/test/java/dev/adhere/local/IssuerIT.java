package dev.adhere.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.page.UserPage;
import dev.adhere.testbed.FreePorts;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Signing in at the local issuer, as the dashboard has browsers do it.
class IssuerIT {

    // Of RFC 7636, appendix B.
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final String BACK = "http://localhost:8083/login/oauth2/code/adhere";

    private final int port = FreePorts.one();
    private final HttpClient browser =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    @TempDir
    @Nullable
    Path folder;

    private @Nullable ConfigurableApplicationContext issuer;

    @BeforeEach
    void start() throws IOException {
        if (folder != null) {
            issuer = Issuer.start(port, 8083, 8084, folder.resolve("key.json"), Clock.systemUTC());
        }
    }

    @AfterEach
    void stop() {
        if (issuer != null) {
            issuer.close();
        }
    }

    private HttpResponse<String> get(String uri) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(Issuer.uri(port)).resolve(uri))
                .header("Accept", "text/html")
                .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String... form) throws IOException, InterruptedException {
        var body = new StringBuilder();
        for (int i = 0; i < form.length; i += 2) {
            body.append(i == 0 ? "" : "&")
                    .append(form[i])
                    .append('=')
                    .append(URLEncoder.encode(form[i + 1], StandardCharsets.UTF_8));
        }
        var request = HttpRequest.newBuilder(URI.create(Issuer.uri(port) + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", path.equals("/login") ? "text/html" : "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    private static String location(HttpResponse<?> response) {
        assertThat(response.statusCode()).isEqualTo(302);
        return response.headers().firstValue("Location").orElseThrow();
    }

    private static String authorize(String client, String back) {
        return "/oauth2/authorize?response_type=code&client_id=" + client + "&scope=openid&state=s&nonce=n&prompt=login"
                + "&redirect_uri=" + URLEncoder.encode(back, StandardCharsets.UTF_8)
                + "&code_challenge_method=S256&code_challenge=" + CHALLENGE;
    }

    private String code(String who, String password) throws Exception {
        return code("adhere-dashboard", BACK, who, password);
    }

    private String code(String client, String sentBack, String who, String password) throws Exception {
        assertThat(location(get(authorize(client, sentBack)))).endsWith("/login");
        Matcher csrf = Pattern.compile("name=\"_csrf\"[^>]* value=\"([^\"]+)\"")
                .matcher(get("/login").body());
        assertThat(csrf.find()).isTrue();
        String next = location(post("/login", "username", who, "password", password, "_csrf", csrf.group(1)));
        if (next.contains("error")) {
            return "refused";
        }
        String back = location(get(next));
        assertThat(back).startsWith(sentBack + "?code=").endsWith("&state=s");
        return back.substring(back.indexOf('=') + 1, back.indexOf('&'));
    }

    private HttpResponse<String> exchange(String code, String verifier) throws IOException, InterruptedException {
        return exchange("adhere-dashboard", BACK, code, verifier);
    }

    private HttpResponse<String> exchange(String client, String back, String code, String verifier)
            throws IOException, InterruptedException {
        return post(
                "/oauth2/token",
                "grant_type",
                "authorization_code",
                "client_id",
                client,
                "redirect_uri",
                back,
                "code",
                code,
                "code_verifier",
                verifier);
    }

    @Test
    void a_coach_signs_in_with_a_password_and_is_asked_for_it_every_time() throws Exception {
        String code = code("coach-anna", "demo");
        HttpResponse<String> answer = exchange(code, VERIFIER);
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode tokens = JsonMapper.shared().readTree(answer.body());
        JsonNode claims = JsonMapper.shared()
                .readTree(Base64.getUrlDecoder()
                        .decode(tokens.get("id_token").asString().split("\\.")[1]));
        assertThat(claims.get("sub").asString()).isEqualTo("coach-anna");
        assertThat(claims.get("aud").asString("adhere-dashboard")).isEqualTo("adhere-dashboard");
        assertThat(claims.get("nonce").asString()).isEqualTo("n");
        assertThat(claims.get("roles").get(0).asString()).isEqualTo("coach");
        assertThat(claims.get("iss").asString()).isEqualTo(Issuer.uri(port));
        // A code is good once.
        assertThat(exchange(code, VERIFIER).statusCode()).isEqualTo(400);
        assertThat(location(get(authorize("adhere-dashboard", BACK)))).endsWith("/login");
    }

    @Test
    void a_user_signs_in_at_the_page_with_a_token_that_is_good_for_the_api() throws Exception {
        String page = "http://localhost:8084/";
        HttpResponse<String> answer =
                exchange(UserPage.CLIENT, page, code(UserPage.CLIENT, page, "user-001", "demo"), VERIFIER);
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode tokens = JsonMapper.shared().readTree(answer.body());
        JsonNode claims = JsonMapper.shared()
                .readTree(Base64.getUrlDecoder()
                        .decode(tokens.get("access_token").asString().split("\\.")[1]));
        assertThat(claims.get("sub").asString()).isEqualTo("user-001");
        assertThat(claims.get("aud").asString("adhere")).isEqualTo("adhere");
        assertThat(claims.get("roles").get(0).asString()).isEqualTo("user");
        assertThat(tokens.get("expires_in").asInt()).isBetween(3590, 3600);
        // Who is signed in is sent nowhere else than to the page.
        String elsewhere = authorize(UserPage.CLIENT, "http://localhost:8085/").replace("&prompt=login", "");
        assertThat(get(elsewhere).statusCode()).isEqualTo(400);
    }

    @Test
    void a_code_is_no_good_without_the_verifier_nor_a_name_without_the_password() throws Exception {
        assertThat(exchange(code("coach-ben", "demo"), VERIFIER.replace('d', 'e'))
                        .statusCode())
                .isEqualTo(400);
        assertThat(code("coach-anna", "guess")).isEqualTo("refused");
        assertThat(code("coach-eve", "demo")).isEqualTo("refused");
    }
}
