package io.lightraft.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says. A program argument ({@code --node.index=0}) goes before a system property
 * ({@code -Dnode.index=0}); an empty one counts as none.
 *
 * @param index the text after node.index=, null to run every node of the file
 * @param springArguments handed on to Spring, such as {@code --logging.level.io.lightraft=debug}
 */
record StartOptions(Path config, @Nullable String index, List<String> springArguments) {

    private static final String INDEX = "node.index";
    private static final String CONFIG = "lightraft.config";

    /** @param properties the system properties, null for one that is not set */
    static StartOptions of(String[] arguments, UnaryOperator<@Nullable String> properties) {
        String index = properties.apply(INDEX);
        String config = properties.apply(CONFIG);
        List<String> others = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (name.equals("--" + INDEX) && equals > 0) {
                index = argument.substring(equals + 1);
            } else if (name.equals("--" + CONFIG) && equals > 0) {
                config = argument.substring(equals + 1);
            } else if (isForSpring(name)) {
                others.add(argument);
            } else {
                throw new StartupException(
                        "unknown argument " + argument + "; known are --" + INDEX + "=N and --" + CONFIG + "=FILE");
            }
        }
        return new StartOptions(
                path(config == null || config.isBlank() ? "lightraft.toml" : config.trim()),
                index == null || index.isBlank() ? null : index.trim(),
                List.copyOf(others));
    }

    /** The nodes that this process is to run. */
    List<NodeConfig> select(ClusterConfig cluster) {
        if (index == null) {
            return cluster.nodes();
        }
        int last = cluster.nodes().size() - 1;
        String known = cluster.file() + " describes " + (last == 0 ? "node 0 only" : "nodes 0 to " + last);
        if (!index.matches("-?\\d+")) {
            throw new StartupException(INDEX + "=" + index + " is not a number; " + known);
        }
        if (!index.matches("\\d{1,9}") || Integer.parseInt(index) > last) {
            throw new StartupException(INDEX + "=" + index + ": " + known);
        }
        return List.of(cluster.nodes().get(Integer.parseInt(index)));
    }

    /**
     * Spring takes any argument without a word, and what it doesn't know has no effect: {@code --index=0} would start
     * every node. So only what can be one of its properties goes on, and those have a dot in their names.
     */
    private static boolean isForSpring(String name) {
        if (name.equals("--debug") || name.equals("--trace")) {
            return true;
        }
        return name.matches("--\\w[^.]*\\..+") && !name.startsWith("--node") && !name.startsWith("--lightraft");
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new StartupException(CONFIG + "=" + text + " is not the name of a file");
        }
    }
}
