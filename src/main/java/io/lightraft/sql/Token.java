package io.lightraft.sql;

/**
 * A piece of SQL text.
 *
 * @param text for {@link Kind#QUOTED} and {@link Kind#STRING} what is between the quotes, else the text as it stands
 * @param start offset of its first character
 * @param end offset behind its last character
 */
record Token(Kind kind, String text, int start, int end) {

    enum Kind {
        /** A keyword or a plain name. */
        WORD,
        /** A name in double quotes, back quotes or brackets. */
        QUOTED,
        /** Text in single quotes; SQLite takes it for a name where only a name fits. */
        STRING,
        /** {@code ?}, {@code ?N}, {@code :name}, {@code @name}, {@code $name}. */
        PARAMETER,
        SEMICOLON,
        /** Numbers, blobs, operators, and whatever else. */
        OTHER
    }

    boolean isWord(String keyword) {
        return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    boolean isOther(char c) {
        return kind == Kind.OTHER && text.length() == 1 && text.charAt(0) == c;
    }

    boolean isName() {
        return kind == Kind.WORD || kind == Kind.QUOTED;
    }
}
