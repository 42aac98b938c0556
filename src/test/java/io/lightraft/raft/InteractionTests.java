package io.lightraft.raft;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole conversations between nodes, message by message, against etcd's test data and scenarios of our own. */
class InteractionTests {

    @TestFactory
    Stream<DynamicTest> agreesWithEtcd() {
        return OracleFiles.tests("interaction", () -> new InteractionCommands()::answer);
    }

    @TestFactory
    Stream<DynamicTest> behavesAsOurOwnScenariosSay() {
        return OracleFiles.testsIn(
                Path.of("src", "test", "resources", "interaction"), () -> new InteractionCommands()::answer);
    }
}
