package io.lightraft.raft;

import io.lightraft.raft.DataDrivenFile.Directive;
import io.lightraft.raft.confchange.Changer;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChangeException;
import io.lightraft.raft.tracker.Configuration;
import io.lightraft.raft.tracker.Inflights;
import io.lightraft.raft.tracker.Progress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** How one configuration follows from another, against etcd's test data. */
class ConfChangeTests {

    @TestFactory
    Stream<DynamicTest> agreesWithEtcd() {
        return OracleFiles.tests("confchange", () -> new Session()::answer);
    }

    /** The configuration that the directives of one file change, one after the other. */
    private static final class Session {
        private Configuration configuration = Configuration.EMPTY;
        private SortedMap<Long, Progress> progress = new TreeMap<>();
        private long lastIndex;

        String answer(Directive directive) {
            Changer changer = new Changer(configuration, progress, lastIndex, () -> new Inflights(10, 0));
            lastIndex++;
            List<Change> changes = Describe.parseChanges(directive.input());
            try {
                Changer.Result result = switch (directive.command().name()) {
                    case "simple" -> changer.simple(changes);
                    case "enter-joint" ->
                        changer.enterJoint(
                                directive.command().values("autoleave").contains("true"), changes);
                    case "leave-joint" -> changer.leaveJoint();
                    default ->
                        throw new IllegalArgumentException(
                                "unknown command " + directive.command().name());
                };
                configuration = result.configuration();
                progress = result.progress();
                return configuration + "\n" + Describe.progress(progress);
            } catch (ConfChangeException e) {
                return e.getMessage();
            }
        }
    }
}
