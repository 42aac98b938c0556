package io.lightraft.server.tcp;

/** What a client sees first. */
final class Banner {

    private static final String LOGO = """
             _     _       _     _              __ _
            | |   (_) __ _| |__ | |_ _ __ __ _ / _| |_
            | |   | |/ _` | '_ \\| __| '__/ _` | |_| __|
            | |___| | (_| | | | | |_| | | (_| |  _| |_
            |_____|_|\\__, |_| |_|\\__|_|  \\__,_|_|  \\__|
                     |___/
            """;

    private Banner() {}

    static String of(int nodeId) {
        return LOGO + "\nConnected to node " + nodeId + "\n";
    }
}
