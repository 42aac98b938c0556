package io.lightraft.raft;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole conversations between nodes, message by message, against etcd's test data. */
class InteractionTests {

    @TestFactory
    Stream<DynamicTest> agreesWithEtcd() {
        return OracleFiles.tests("interaction", () -> new InteractionCommands()::answer);
    }
}
