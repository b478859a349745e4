package dev.adhere.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesTest {

    private static Series of(double... values) {
        var series = new Series();
        for (double value : values) {
            series.add(value);
        }
        return series;
    }

    @Test
    void shows_the_least_the_middle_and_the_most_in_whatever_order_they_came() {
        assertThat(of(3, 1, 2).show("%.0f")).isEqualTo("1 2 3");
        assertThat(of(4, 1, 2, 3).median()).isEqualTo(2.5);
    }

    @Test
    void a_ratio_pairs_the_values_of_one_repetition() {
        Series ratios = of(10, 40).over(of(20, 10));

        assertThat(ratios.values()).isEqualTo(List.of(0.5, 4.0));
    }

    @Test
    void a_percentile_is_one_of_the_values() {
        double[] sorted = IntStream.rangeClosed(1, 200).asDoubleStream().toArray();

        assertThat(Series.percentile(sorted, 0.5)).isEqualTo(100);
        assertThat(Series.percentile(sorted, 0.99)).isEqualTo(198);
        assertThat(Series.percentile(new double[] {7}, 0.99)).isEqualTo(7);
    }
}
