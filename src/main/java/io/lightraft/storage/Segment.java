package io.lightraft.storage;

import java.util.Locale;
import java.util.regex.Pattern;

/** An open segment file: a {@link SegmentHeader}, then frames, then zeros up to the end of the file. */
record Segment(SegmentHeader header, String name, LogFiles.OpenFile file) {

    /** Files under such a name are not finished, and hold nothing. */
    static final String UNFINISHED_SUFFIX = ".tmp";

    private static final Pattern NAME = Pattern.compile("\\d{16}\\.log");
    private static final int OFFSET_BITS = 40;

    static String nameOf(long number) {
        return String.format(Locale.ROOT, "%016d.log", number);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    static long numberIn(String name) {
        return Long.parseLong(name, 0, 16, 10);
    }

    long number() {
        return header.number();
    }

    /** Segment number and offset in one long. */
    long location(long offset) {
        return number() << OFFSET_BITS | offset;
    }

    static long numberOf(long location) {
        return location >>> OFFSET_BITS;
    }

    static long offsetOf(long location) {
        return location & (1L << OFFSET_BITS) - 1;
    }
}
