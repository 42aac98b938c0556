package io.lightraft;

import io.lightraft.config.Launcher;
import io.lightraft.config.StopSignals;

/** Entry point: starts the node, or all nodes, that {@code lightraft.toml} describes. */
public final class Lightraft {

    private Lightraft() {}

    public static void main(String[] args) {
        Launcher launcher = new Launcher(System.err);
        StopSignals.exitCleanly();
        Runtime.getRuntime().addShutdownHook(new Thread(launcher::stop, "shutdown"));
        if (!launcher.start(args, System::getProperty)) {
            System.exit(1);
        }
    }
}
