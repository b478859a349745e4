package dev.adhere.platform.web;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/// Cuts a stream of bytes into lines, in constant memory: a line that is too long is passed over up to its end.
///
/// One instance a stream; not thread-safe, which a stream's signals do not ask for.
public final class Lines {

    /// @param number counted from 1, blank lines too
    /// @param json empty where the line was too long
    public record Line(long number, byte[] json, boolean tooLong) {

        public boolean blank() {
            for (byte b : json) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return !tooLong;
        }
    }

    private final int longest;
    private final ByteArrayOutputStream open = new ByteArrayOutputStream(512);
    private boolean tooLong;
    private boolean begun;
    private long number;

    /// @param longest bytes of a line, without its end
    public Lines(int longest) {
        this.longest = longest;
    }

    /// The lines that end in these bytes; releases the buffer.
    public List<Line> feed(DataBuffer buffer) {
        var lines = new ArrayList<Line>();
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, from, i);
                lines.add(cut());
                from = i + 1;
            }
        }
        if (from < bytes.length) {
            keep(bytes, from, bytes.length);
            begun = true;
        }
        return lines;
    }

    /// The last line, where it has no end.
    public List<Line> end() {
        return begun ? List.of(cut()) : List.of();
    }

    /// The number of the line that is being read.
    public long next() {
        return number + 1;
    }

    private void keep(byte[] bytes, int from, int to) {
        if (open.size() + to - from > longest) {
            tooLong = true;
            open.reset();
        } else if (!tooLong) {
            open.write(bytes, from, to - from);
        }
    }

    private Line cut() {
        var line = new Line(++number, open.toByteArray(), tooLong);
        open.reset();
        tooLong = false;
        begun = false;
        return line;
    }
}
