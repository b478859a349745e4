package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where a URL that a user names may lead.
class PublicAddressesTest {

    private static final OutboundSettings STRICT = new OutboundSettings(false, List.of());

    // What names stand for; everything else as the machine reads it.
    private static InetAddress[] known(String host) throws UnknownHostException {
        List<String> addresses = Map.of(
                        "hooks.example.org", List.of("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"),
                        "inside.example.org", List.of("10.1.2.3"),
                        "both.example.org", List.of("93.184.216.34", "192.168.1.1"),
                        "metadata.example.org", List.of("169.254.169.254"),
                        "mapped.example.org", List.of("::ffff:127.0.0.1"))
                .get(host);
        if (addresses == null) {
            return InetAddress.getAllByName(host);
        }
        return addresses.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }

    private static boolean mayGo(OutboundSettings settings, String url) {
        return new PublicAddresses(settings, PublicAddressesTest::known).check(url) != null;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example.org/a?b=c",
                "https://hooks.example.org:8443/",
                "https://93.184.216.34/",
                "HTTPS://HOOKS.example.org",
                "https://[2606:2800:220:1:248:1893:25c8:1946]/"
            })
    void to_public_hosts(String url) {
        assertThat(mayGo(STRICT, url.replace("HOOKS", "hooks"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // What the name of a scheme or a URL is not
                "http://hooks.example.org/",
                "ftp://hooks.example.org/",
                "file:///etc/passwd",
                "gopher://hooks.example.org/",
                "javascript:alert(1)",
                "//hooks.example.org/",
                "hooks.example.org",
                "",
                "https://",
                "https:///path",
                "https://hooks.example.org/ a",
                "https://hooks.example.org/\r\nX: y",
                "https://user@hooks.example.org/",
                "https://user:password@hooks.example.org/",
                "https://hooks.example.org/#fragment",
                "https://hooks.example.org:0/",
                "https://hooks.example.org:65536/",
                "https://hooks.example.org:port/",
                "https://hooks_.example.org/",
                "https://höoks.example.org/",
                "https://hooks.example.org\\@127.0.0.1/",
                // Loopback, however it is written
                "https://127.0.0.1/",
                "https://127.1/",
                "https://127.255.255.254/",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://0x7f.0.0.1/",
                "https://0177.0.0.1/",
                "https://017700000001/",
                "https://0/",
                // Even that of a public one: nobody has an honest use for it
                "https://1572395042/",
                "https://93.12113954/",
                "https://0.0.0.0/",
                "https://localhost/",
                "https://LOCALHOST./",
                "https://[::1]/",
                "https://[::]/",
                "https://[0:0:0:0:0:0:0:1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[::ffff:7f00:1]/",
                "https://[::127.0.0.1]/",
                "https://[64:ff9b::127.0.0.1]/",
                "https://[2002:7f00:1::]/",
                "https://[fe80::1%25lo]/",
                // Private, shared, link-local, unique-local, multicast, reserved, documentation
                "https://10.0.0.1/",
                "https://172.16.0.1/",
                "https://172.31.255.255/",
                "https://192.168.0.1/",
                "https://100.64.0.1/",
                "https://100.127.255.255/",
                "https://169.254.169.254/",
                "https://100.100.100.200/",
                "https://168.63.129.16/",
                "https://192.0.0.192/",
                "https://192.0.2.1/",
                "https://198.18.0.1/",
                "https://224.0.0.1/",
                "https://240.0.0.1/",
                "https://255.255.255.255/",
                "https://[fc00::1]/",
                "https://[fd00:ec2::254]/",
                "https://[fe80::1]/",
                "https://[fec0::1]/",
                "https://[ff02::1]/",
                "https://[2001:db8::1]/",
                "https://[2001::1]/",
                // Names that lead there
                "https://inside.example.org/",
                "https://both.example.org/",
                "https://metadata.example.org/",
                "https://mapped.example.org/"
            })
    void to_nowhere_else(String url) {
        assertThat(mayGo(STRICT, url)).isFalse();
        // Who allows http for trying out does not allow more by it.
        assertThat(mayGo(new OutboundSettings(true, List.of()), url.replace("https:", "http:")))
                .isEqualTo(url.equals("http://hooks.example.org/"));
    }

    @Test
    void a_url_is_2000_signs_long_at_most() {
        String url = "https://hooks.example.org/";
        assertThat(mayGo(STRICT, url + "a".repeat(2_000 - url.length()))).isTrue();
        assertThat(mayGo(STRICT, url + "a".repeat(2_001 - url.length()))).isFalse();
    }

    @Test
    void networks_that_the_deployment_allows_are_allowed_and_their_neighbours_are_not() {
        var settings = new OutboundSettings(true, List.of("127.0.0.0/9", "fd12:3456::/32", "10.1.2.3"));
        assertThat(mayGo(settings, "http://127.0.0.1:8080/")).isTrue();
        assertThat(mayGo(settings, "https://inside.example.org/")).isTrue();
        assertThat(mayGo(settings, "http://[fd12:3456:1::1]/")).isTrue();
        assertThat(mayGo(settings, "http://127.128.0.1/")).isFalse();
        assertThat(mayGo(settings, "http://10.1.2.4/")).isFalse();
        assertThat(mayGo(settings, "http://[fd12:3457::1]/")).isFalse();
    }

    @Test
    void a_name_is_judged_anew_whenever_a_connection_is_made() throws Exception {
        // DNS rebinding: public when the URL is saved, inside when it is used.
        var answers = new java.util.ArrayDeque<>(List.of("93.184.216.34", "127.0.0.1"));
        var addresses =
                new PublicAddresses(STRICT, _ -> new InetAddress[] {InetAddress.ofLiteral(answers.removeFirst())});
        assertThat(addresses.check("https://hooks.example.org/")).isNotNull();
        assertThatThrownBy(() -> addresses.resolve("hooks.example.org")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void a_network_that_reads_as_none_stops_the_start() {
        for (String wrong : List.of("10.0.0.0/33", "localhost", "10.0.0.0/-1", "10.0.0.0/x")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> new PublicAddresses(new OutboundSettings(false, List.of(wrong))));
        }
    }
}
