package dev.adhere.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the page takes from its environment, and what it does not start with.
class SettingsTest {

    private static Map<String, String> environment() {
        return new HashMap<>(Map.of(
                "ADHERE_PAGE_CATALOG", "http://catalog-service:8081",
                "ADHERE_PAGE_SESSION", "http://session-service:8082",
                "ADHERE_PAGE_REMINDER", "http://reminder-service:8083",
                "ADHERE_PAGE_AUTHORIZATIONURI", "http://localhost:9000/realms/adhere/auth",
                "ADHERE_PAGE_TOKENURI", "http://keycloak:8080/realms/adhere/token"));
    }

    @Test
    void whatIsNotSaidIsThisMachineAlone() {
        Settings settings = Settings.of(environment());
        assertThat(settings.at()).isEqualTo(new InetSocketAddress("127.0.0.1", 8084));
        assertThat(settings.url()).isEqualTo(URI.create("http://localhost:8084"));
        assertThat(settings.services())
                .containsOnlyKeys("catalog", "session", "reminder")
                .containsEntry("session", URI.create("http://session-service:8082"));
        assertThat(settings.provider())
                .isEqualTo(new UserPage.Provider(
                        URI.create("http://localhost:9000/realms/adhere/auth"),
                        URI.create("http://keycloak:8080/realms/adhere/token")));
    }

    @Test
    void whatIsSaidCounts() {
        var environment = environment();
        environment.put("ADHERE_PAGE_ADDRESS", "0.0.0.0");
        environment.put("ADHERE_PAGE_PORT", "8090");
        assertThat(Settings.of(environment).url()).isEqualTo(URI.create("http://localhost:8090"));
        environment.put("ADHERE_PAGE_URL", "https://exercises.example.org");
        Settings settings = Settings.of(environment);
        assertThat(settings.at()).isEqualTo(new InetSocketAddress("0.0.0.0", 8090));
        assertThat(settings.url().getRawAuthority()).isEqualTo("exercises.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CATALOG", "SESSION", "REMINDER", "AUTHORIZATIONURI", "TOKENURI"})
    void whatIsMissingIsNamed(String setting) {
        var environment = environment();
        var _ = environment.remove("ADHERE_PAGE_" + setting);
        assertThatThrownBy(() -> Settings.of(environment))
                .isInstanceOf(Settings.Unusable.class)
                .hasMessage("ADHERE_PAGE_" + setting + " is not set");
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, http, is no port",
        "PORT, -1, is no port",
        "PORT, 65536, is no port",
        "URL, localhost:8084, is no http or https address",
        "URL, http://localhost:8084/page, is to have scheme and host and port alone",
        "URL, http:///, is no http or https address",
        "SESSION, http://session-service:8082/v1, is to have scheme and host and port alone",
        "URL, http://me@localhost:8084, is to have scheme and host and port alone",
        "URL, http://localhost:8084#top, is to have scheme and host and port alone",
        "ADDRESS, no.such.host.invalid, is no address of this machine",
        "SESSION, http://session-service:8082?q=1, is to have scheme and host and port alone",
        "TOKENURI, file:///etc/passwd, is no http or https address",
        "TOKENURI, http://key cloak, is no http or https address",
        "AUTHORIZATIONURI, javascript:alert(1), is no http or https address"
    })
    void whatMakesNoSenseIsNamed(String setting, String value, String fault) {
        var environment = environment();
        environment.put("ADHERE_PAGE_" + setting, value);
        assertThatThrownBy(() -> Settings.of(environment))
                .isInstanceOf(Settings.Unusable.class)
                .hasMessage("ADHERE_PAGE_" + setting + " " + fault + ": " + value);
    }

    @Test
    void aMisspeltNameIsNotIgnored() {
        var environment = environment();
        environment.put("ADHERE_PAGE_PROT", "8090");
        assertThatThrownBy(() -> Settings.of(environment))
                .isInstanceOf(Settings.Unusable.class)
                .hasMessageStartingWith("ADHERE_PAGE_PROT is no setting; there are [ADDRESS, AUTHORIZATIONURI,");
    }

    @ParameterizedTest
    @CsvSource({
        "https://Page.Example.org:443, https://page.example.org",
        "http://localhost:80, http://localhost",
        "https://localhost:80, https://localhost:80",
        "'', http://localhost:8084",
        "'  ', http://localhost:8084"
    })
    void thePageIsNamedAsBrowsersNameIt(String said, URI url) {
        var environment = environment();
        environment.put("ADHERE_PAGE_URL", said);
        assertThat(Settings.of(environment).url()).isEqualTo(url);
    }
}
