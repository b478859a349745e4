package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.adhere.contracts.Nudge.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Who may switch e-mail off without a sign-in: who has the mail, and nobody else.
class UnsubscribingTest {

    private static final String URL = "https://adhere.example.org";
    private final Unsubscribing links = with((byte) 1);

    private static Unsubscribing with(byte key) {
        byte[] bytes = new byte[32];
        bytes[0] = key;
        return new Unsubscribing(
                new UnsubscribeSettings(URL, Base64.getEncoder().encodeToString(bytes)));
    }

    private String token(String userId, String address) {
        return Objects.requireNonNull(links.link(userId, address)).substring((URL + "/unsubscribe/").length());
    }

    @Test
    void a_token_names_user_and_channel_and_the_address_that_it_went_to() {
        var request = Objects.requireNonNull(links.read(token("user-001", "a@example.org")));
        assertThat(request.userId()).isEqualTo("user-001");
        assertThat(request.channel()).isEqualTo(Channel.EMAIL);
        assertThat(links.concerns(request, "a@example.org")).isTrue();
        assertThat(links.concerns(request, "b@example.org")).isFalse();
        assertThat(links.concerns(request, null)).isFalse();
    }

    @Test
    void the_address_itself_is_not_in_the_link() {
        String address = "someone@example.org";
        String tag =
                Objects.requireNonNull(links.read(token("user-001", address))).tag();
        assertThat(new String(Base64.getUrlDecoder().decode(tag), StandardCharsets.US_ASCII))
                .doesNotContain(address.substring(0, 5));
    }

    @Test
    void a_token_in_which_any_sign_is_another_is_none() {
        String token = token("user-001", "a@example.org");
        for (int i = 0; i < token.length() - 1; i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(links.read(token.substring(0, i) + other + token.substring(i + 1)))
                    .as("at " + i)
                    .isNull();
        }
    }

    @Test
    void a_token_of_another_key_or_another_user_is_none() {
        String mine = token("user-001", "a@example.org");
        String yours = token("user-002", "a@example.org");
        assertThat(with((byte) 2).read(mine)).isNull();
        assertThat(links.read(mine.split("\\.")[0] + "." + yours.split("\\.")[1]))
                .isNull();
    }

    @Test
    void what_is_no_token_is_none() {
        for (String text : new String[] {"", ".", "..", "a.b", "%", "nothing", "ä.ö", "RU1BSUw.", ".RU1BSUw", "=.="}) {
            assertThat(links.read(text)).as(text).isNull();
        }
        assertThat(new Unsubscribing(new UnsubscribeSettings(null, null)).read(token("user-001", "a@example.org")))
                .isNull();
    }

    @Test
    void half_a_setting_and_a_short_key_stop_the_start() {
        assertThatIllegalArgumentException().isThrownBy(() -> new UnsubscribeSettings(URL, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new UnsubscribeSettings(null, "AAAA"));
        assertThatIllegalArgumentException().isThrownBy(() -> new UnsubscribeSettings(URL, "AAAA"));
    }
}
