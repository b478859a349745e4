package dev.adhere.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.platform.web.Lines;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

class LinesTest {

    private static List<Lines.Line> cut(String text, int longest, Random random) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var lines = new Lines(longest);
        var cut = new ArrayList<Lines.Line>();
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(7));
            cut.addAll(lines.feed(
                    DefaultDataBufferFactory.sharedInstance.wrap(java.util.Arrays.copyOfRange(bytes, from, to))));
            from = to;
        }
        cut.addAll(lines.end());
        return cut;
    }

    @Test
    void lines_are_the_same_however_the_bytes_arrive() {
        var random = new Random(7);
        for (int i = 0; i < 500; i++) {
            var cut = cut("a\n\nbär\r\ncdefgh\nlast", 6, random);
            assertThat(cut).extracting(Lines.Line::number).containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(cut).extracting(Lines.Line::blank).containsExactly(false, true, false, false, false);
            assertThat(cut)
                    .extracting(l -> new String(l.json(), StandardCharsets.UTF_8))
                    .containsExactly("a", "", "bär\r", "cdefgh", "last");
        }
    }

    @Test
    void a_line_that_is_too_long_is_passed_over_and_the_next_is_whole() {
        var random = new Random(8);
        for (int i = 0; i < 500; i++) {
            var cut = cut("ok\n" + "x".repeat(500) + "\nnext\n" + "y".repeat(40), 6, random);
            assertThat(cut).extracting(Lines.Line::tooLong).containsExactly(false, true, false, true);
            assertThat(new String(cut.get(2).json(), StandardCharsets.UTF_8)).isEqualTo("next");
        }
    }
}
