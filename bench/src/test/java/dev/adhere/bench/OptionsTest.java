package dev.adhere.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adhere.bench.Options.Part;
import dev.adhere.bench.Options.Size;
import dev.adhere.bench.Options.Unusable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @Test
    void without_options_everything_is_measured() throws Unusable {
        Options options = Options.parse(List.of());

        assertThat(options.only()).containsExactly(Part.values());
        assertThat(options.size()).isEqualTo(Size.NORMAL);
        assertThat(options.data()).isNull();
    }

    @Test
    void parts_are_named_with_commas() throws Unusable {
        Options options = Options.parse(List.of("--quick", "--only", "keeper,ingest", "--port-offset", "70"));

        assertThat(options.only()).containsExactlyInAnyOrder(Part.KEEPER, Part.INGEST);
        assertThat(options.size()).isEqualTo(Size.QUICK);
        assertThat(options.portOffset()).isEqualTo(70);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--slow", "--only", "--only everything", "--port-offset minus", "--port-offset 39000"})
    void what_cannot_be_followed_is_refused_with_the_usage(String line) {
        assertThatThrownBy(() -> Options.parse(List.of(line.split(" "))))
                .isInstanceOf(Unusable.class)
                .hasMessageContaining("./adhere bench [--quick");
    }
}
