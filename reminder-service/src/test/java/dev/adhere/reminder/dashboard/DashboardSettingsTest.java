package dev.adhere.reminder.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DashboardSettingsTest {

    private static DashboardSettings at(String url) {
        return new DashboardSettings(
                URI.create(url),
                "adhere-dashboard",
                null,
                null,
                null,
                "sub",
                Duration.ofMinutes(15),
                Duration.ofHours(12));
    }

    @Test
    void row45_behind_tls_a_cookie_is_for_this_host_alone() {
        assertThat(at("https://coach.example.org").secure()).isTrue();
        assertThat(at("https://coach.example.org").cookie("adhere")).isEqualTo("__Host-adhere");
        assertThat(at("http://localhost:8083").secure()).isFalse();
        assertThat(at("http://localhost:8083").cookie("adhere")).isEqualTo("adhere");
    }

    @Test
    void what_follows_host_and_port_is_not_part_of_the_origin() {
        assertThat(at("https://coach.example.org:8443/").origin()).isEqualTo("https://coach.example.org:8443");
        assertThat(at("https://coach.example.org/").at("/x")).isEqualTo("https://coach.example.org/x");
    }
}
