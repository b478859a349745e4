package dev.adhere.reminder;

import dev.adhere.contracts.SessionEvent.Region;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A date's sums as bytes. A head holds six weeks of them, and reading those as documents took most of the
/// time that reading a head took (decision 0008).
///
/// The fields stand one after another in the order of `DaySums`, each number with its highest byte first:
///
/// - a date as days since 1970, four bytes; other numbers as wide as their types
/// - an instant as its seconds and nanoseconds, and scores of pain, behind a byte that says whether they are there
/// - a list behind the number of its elements, a text in UTF-8 behind the number of its bytes, both two bytes
/// - a score as one byte, an enum by its name
///
/// Whatever changes here raises `UserDocuments.SCHEMA`, and what was written before is read for good.
final class SumsBytes {

    private SumsBytes() {}

    static byte[] of(DaySums s) {
        var bytes = new ByteArrayOutputStream(160);
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(Math.toIntExact(s.date().toEpochDay()));
            out.writeInt(s.due());
            out.writeLong(s.done());
            out.writeInt(s.excused());
            out.writeLong(s.rawDone());
            out.writeLong(s.over());
            out.writeBoolean(s.active());
            writeAll(out, s.exercises());
            write(out, s.firstSetAt());
            write(out, s.lastSetAt());
            write(out, s.pain());
            out.writeShort(s.ids().length);
            for (int id : s.ids()) {
                out.writeInt(id);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static DaySums read(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        return new DaySums(
                LocalDate.ofEpochDay(in.getInt()),
                in.getInt(),
                in.getLong(),
                in.getInt(),
                in.getLong(),
                in.getLong(),
                readBoolean(in),
                new TreeSet<>(readAll(in)),
                readInstant(in),
                readInstant(in),
                readPain(in),
                readIds(in));
    }

    private static int[] readIds(ByteBuffer in) {
        int[] ids = new int[in.getShort()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.getInt();
        }
        return ids;
    }

    private static void write(DataOutputStream out, @Nullable Instant at) throws IOException {
        out.writeBoolean(at != null);
        if (at != null) {
            out.writeLong(at.getEpochSecond());
            out.writeInt(at.getNano());
        }
    }

    private static @Nullable Instant readInstant(ByteBuffer in) {
        return readBoolean(in) ? Instant.ofEpochSecond(in.getLong(), in.getInt()) : null;
    }

    private static void write(DataOutputStream out, DayPain pain) throws IOException {
        out.writeBoolean(!pain.isEmpty());
        if (pain.isEmpty()) {
            return;
        }
        out.writeShort(pain.mornings().size());
        for (int score : pain.mornings()) {
            out.writeByte(score);
        }
        out.writeShort(pain.during().size());
        for (DayPain.During during : pain.during()) {
            write(out, during.exerciseId());
            out.writeByte(during.worst());
            out.writeBoolean(during.full());
        }
        writeAll(out, pain.regions().stream().map(Enum::name).sorted().toList());
    }

    private static DayPain readPain(ByteBuffer in) {
        if (!readBoolean(in)) {
            return DayPain.NONE;
        }
        var mornings = new ArrayList<Integer>();
        for (int left = in.getShort(); left > 0; left--) {
            mornings.add((int) in.get());
        }
        var during = new ArrayList<DayPain.During>();
        for (int left = in.getShort(); left > 0; left--) {
            during.add(new DayPain.During(readText(in), in.get(), readBoolean(in)));
        }
        Set<Region> regions = new TreeSet<>();
        readAll(in).forEach(name -> regions.add(Region.valueOf(name)));
        return new DayPain(mornings, during, regions);
    }

    private static void writeAll(DataOutputStream out, Collection<String> texts) throws IOException {
        out.writeShort(texts.size());
        for (String text : texts) {
            write(out, text);
        }
    }

    private static List<String> readAll(ByteBuffer in) {
        int size = in.getShort();
        var texts = new ArrayList<String>(size);
        for (int left = size; left > 0; left--) {
            texts.add(readText(in));
        }
        return texts;
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static String readText(ByteBuffer in) {
        int length = in.getShort();
        var text = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    private static boolean readBoolean(ByteBuffer in) {
        return in.get() != 0;
    }
}
