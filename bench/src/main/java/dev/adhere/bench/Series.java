package dev.adhere.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One figure, measured again and again.
record Series(List<Double> values) {

    Series() {
        this(new ArrayList<>());
    }

    void add(double value) {
        values.add(value);
    }

    double min() {
        return at(0);
    }

    double median() {
        return (at((values.size() - 1) / 2) + at(values.size() / 2)) / 2;
    }

    double max() {
        return at(values.size() - 1);
    }

    private double at(int place) {
        return values.stream().sorted().toList().get(place);
    }

    /// Repetition by repetition, each beside the reference of the same one: the machine's mood is in both.
    Series over(Series reference) {
        var ratios = new Series();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / reference.values.get(i));
        }
        return ratios;
    }

    /// @param format of one value
    String show(String format) {
        return String.format(Locale.ROOT, format + " " + format + " " + format, min(), median(), max());
    }

    /// The value that this share of the values does not exceed.
    ///
    /// @param sorted ascending
    /// @param share 0-1
    static double percentile(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
