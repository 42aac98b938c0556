package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayWidthTests {

    @ParameterizedTest(name = "{1} columns for {2}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "abc, 3, ASCII",
                "é, 1, a composed letter",
                "e\u0301, 1, a letter and a combining mark",
                "日本語, 6, ideographs",
                "ｱ, 1, half-width katakana",
                "Ａ, 2, a full-width letter",
                "한글, 4, hangul syllables",
                "\u1112\u1161\u11AB, 2, one hangul syllable of three letters",
                "Ж, 1, cyrillic",
                "שלום, 4, hebrew",
                "क्ष, 2, devanagari with a virama",
                "😀, 2, an emoji",
                "👍🏽, 2, an emoji with a skin tone",
                "🏽, 2, a skin tone by itself",
                "👩\u200D👩\u200D👧, 2, a family joined of three",
                "❤, 1, a heart as text",
                "❤\uFE0F, 2, a heart as emoji",
                "1\uFE0F\u20E3, 2, a keycap",
                "🇩🇪, 2, a flag",
                "a\u200Bb, 2, a zero-width space",
                "\uD83E\uDEE0, 2, a melting face",
                "\uD840\uDC00, 2, an ideograph beyond the first plane",
                "→, 1, an arrow",
                "─, 1, a box drawing line",
            })
    void isWhatATerminalShows(String text, int columns, String what) {
        assertThat(CellText.width(text)).as(what).isEqualTo(columns);
    }
}
