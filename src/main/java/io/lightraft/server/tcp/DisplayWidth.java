package io.lightraft.server.tcp;

import java.util.Arrays;

/**
 * How many columns a character takes on a terminal. East Asian wide and full-width characters and emoji take two, marks
 * that combine with the character before take none. Terminals differ on joined emoji; here, as on those that draw them
 * as one, what follows a joiner takes no room.
 */
final class DisplayWidth {

    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int EMOJI_PRESENTATION = 0xFE0F;
    private static final int SOFT_HYPHEN = 0xAD;

    /**
     * First and last code points of the wide ranges: East_Asian_Width W and F of the Unicode character database
     * (EastAsianWidth.txt), ranges joined where only unassigned characters or combining marks lie between.
     */
    private static final int[] WIDE = {
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE,
        0x2614, 0x2615, 0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE,
        0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA,
        0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755,
        0x2757, 0x2757, 0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55,
        0x2E80, 0x303E, 0x3041, 0x3247, 0x3250, 0x4DBF, 0x4E00, 0xA4C6, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xF900, 0xFAD9,
        0xFE10, 0xFE6B, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x1B2FB, 0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E,
        0x1F18E, 0x1F191, 0x1F19A, 0x1F200, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0,
        0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E, 0x1F440, 0x1F440, 0x1F442,
        0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567, 0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4,
        0x1F5A4, 0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6DF, 0x1F6EB,
        0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70,
        0x1FAFF, 0x20000, 0x3FFFD
    };

    private DisplayWidth() {}

    /**
     * The columns that a printable character adds to a line.
     *
     * @param previous the character before it on the line, 0 at the start
     */
    static int of(int previous, int codePoint) {
        if (codePoint == EMOJI_PRESENTATION) {
            return hasEmojiForm(previous) ? 1 : 0;
        }
        if (takesNoRoom(codePoint) || previous == ZERO_WIDTH_JOINER) {
            return 0;
        }
        if (isSkinTone(codePoint) && (isWide(previous) || previous == EMOJI_PRESENTATION)) {
            return 0;
        }
        return isWide(codePoint) ? 2 : 1;
    }

    private static boolean takesNoRoom(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            case Character.FORMAT -> codePoint != SOFT_HYPHEN;
            default -> isInnerJamo(codePoint);
        };
    }

    /** Hangul vowels and finals, which are drawn into the syllable that their initial opened. */
    private static boolean isInnerJamo(int codePoint) {
        return codePoint >= 0x1160 && codePoint <= 0x11FF || codePoint >= 0xD7B0 && codePoint <= 0xD7FF;
    }

    /** Narrow characters that the selector for emoji presentation widens: symbols, and the bases of keycaps. */
    private static boolean hasEmojiForm(int codePoint) {
        boolean keycap = codePoint >= '0' && codePoint <= '9' || codePoint == '#' || codePoint == '*';
        boolean symbol = codePoint == 0xA9 || codePoint == 0xAE || codePoint >= 0x203C && codePoint <= 0x1FAFF;
        return (keycap || symbol) && !takesNoRoom(codePoint) && !isWide(codePoint);
    }

    private static boolean isSkinTone(int codePoint) {
        return codePoint >= 0x1F3FB && codePoint <= 0x1F3FF;
    }

    private static boolean isWide(int codePoint) {
        if (codePoint < WIDE[0]) {
            return false;
        }
        int at = Arrays.binarySearch(WIDE, codePoint);
        // Not found: -at-1 elements are smaller; an odd number of them means that a range is open.
        return at >= 0 || (-at - 1) % 2 == 1;
    }
}
