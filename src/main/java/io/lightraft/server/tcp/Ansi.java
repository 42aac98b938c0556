package io.lightraft.server.tcp;

/** The one colour there is: errors are red. */
final class Ansi {

    private static final String RED = "\u001B[31m";
    private static final String RESET = "\u001B[0m";

    private Ansi() {}

    /** An error as one red line, with its line break. What the message quotes can't add escape sequences of its own. */
    static String error(String message) {
        return RED + "Error: " + CellText.onOneLine(message) + RESET + "\n";
    }
}
