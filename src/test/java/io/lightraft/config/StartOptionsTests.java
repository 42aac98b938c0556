package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartOptionsTests {

    private final ClusterConfig cluster = ConfigFile.load(Path.of("lightraft.toml"));

    @Test
    void withoutAnIndexEveryNodeIsMeant() {
        assertThat(options(Map.of()).select(cluster)).isEqualTo(cluster.nodes());
        assertThat(options(Map.of()).config()).isEqualTo(Path.of("lightraft.toml"));
    }

    /** The pom hands on an empty property by default. */
    @Test
    void anEmptyIndexCountsAsNone() {
        assertThat(options(Map.of("node.index", "", "lightraft.config", ""))).isEqualTo(options(Map.of()));
        assertThat(options(Map.of(), "--node.index=").select(cluster)).hasSize(3);
    }

    @Test
    void anIndexSelectsItsNode() {
        assertThat(options(Map.of("node.index", " 1 ")).select(cluster))
                .containsExactly(cluster.nodes().get(1));
        assertThat(options(Map.of(), "--node.index=2").select(cluster))
                .containsExactly(cluster.nodes().get(2));
    }

    @Test
    void anArgumentGoesBeforeAProperty() {
        StartOptions options = options(
                Map.of("node.index", "1", "lightraft.config", "a.toml"), "--node.index=0", "--lightraft.config=b.toml");

        assertThat(options.index()).isEqualTo("0");
        assertThat(options.config()).isEqualTo(Path.of("b.toml"));
    }

    @Test
    void otherOptionsAreForSpring() {
        assertThat(options(Map.of(), "--debug", "--logging.level.io.lightraft=debug")
                        .springArguments())
                .isEqualTo(List.of("--debug", "--logging.level.io.lightraft=debug"));
    }

    @Test
    void refusesAnIndexOutOfRange() {
        for (String index : List.of("7", "3", "-1", "4294967296", "99999999999999999999")) {
            assertThatThrownBy(() -> options(Map.of("node.index", index)).select(cluster))
                    .isInstanceOf(StartupException.class)
                    .hasMessage("node.index=" + index + ": lightraft.toml describes nodes 0 to 2");
        }
    }

    @Test
    void refusesAnIndexThatIsNoNumber() {
        assertThatThrownBy(() -> options(Map.of("node.index", "one")).select(cluster))
                .isInstanceOf(StartupException.class)
                .hasMessage("node.index=one is not a number; lightraft.toml describes nodes 0 to 2");
    }

    @Test
    void refusesAnArgumentThatNobodyKnows() {
        for (String argument : List.of(
                "0",
                "-Dnode.index=0",
                "--node.idx=0",
                "--node.index",
                "--lightraft.cfg=x",
                "--index=0",
                "--help",
                "--",
                "--version=1.0")) {
            assertThatThrownBy(() -> options(Map.of(), argument))
                    .isInstanceOf(StartupException.class)
                    .hasMessage(
                            "unknown argument " + argument + "; known are --node.index=N and --lightraft.config=FILE");
        }
    }

    private static StartOptions options(Map<String, String> properties, String... arguments) {
        return StartOptions.of(arguments, properties::get);
    }
}
