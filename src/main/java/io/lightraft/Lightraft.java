package io.lightraft;

/** Entry point: starts the node, or all nodes, that {@code lightraft.toml} describes. */
public final class Lightraft {

    private Lightraft() {}

    public static void main(String[] args) {
        System.out.println("lightraft");
    }
}
