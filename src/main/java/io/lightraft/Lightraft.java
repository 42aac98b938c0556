package io.lightraft;

import io.lightraft.config.Launcher;
import io.lightraft.config.RecoverCommand;
import io.lightraft.config.SkipCommand;
import io.lightraft.config.StopSignals;

/**
 * Entry point: starts the node, or all nodes, that {@code lightraft.toml} describes; with {@code skip} as the first
 * argument, a {@link SkipCommand}; with {@code recover}, a {@link RecoverCommand}.
 */
public final class Lightraft {

    private Lightraft() {}

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(SkipCommand.NAME)) {
            System.exit(new SkipCommand(System.out, System.err).run(args, System::getProperty));
        }
        if (args.length > 0 && args[0].equals(RecoverCommand.NAME)) {
            System.exit(new RecoverCommand(System.out, System.err).run(args, System::getProperty));
        }
        Launcher launcher = new Launcher(System.err);
        StopSignals.exitCleanly();
        Runtime.getRuntime().addShutdownHook(new Thread(launcher::stop, "shutdown"));
        if (!launcher.start(args, System::getProperty)) {
            System.exit(1);
        }
    }
}
