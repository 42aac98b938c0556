package io.lightraft.raft;

import io.lightraft.raft.DataDrivenFile.Command;
import io.lightraft.raft.DataDrivenFile.Directive;
import io.lightraft.raft.quorum.JointConfig;
import io.lightraft.raft.quorum.MajorityConfig;
import io.lightraft.raft.quorum.VoteResult;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Majorities of simple and joint configurations, against etcd's test data. */
class QuorumTests {

    @TestFactory
    Stream<DynamicTest> agreesWithEtcd() {
        return OracleFiles.tests("quorum", () -> QuorumTests::answer);
    }

    private static String answer(Directive directive) {
        Command command = directive.command();
        MajorityConfig incoming = config(command.values("cfg"));
        List<String> joint = command.values("cfgj");
        MajorityConfig outgoing = config(joint.equals(List.of("zero")) ? List.of() : joint);
        JointConfig voters = new JointConfig(incoming, outgoing);
        JointConfig swapped = new JointConfig(outgoing, incoming);
        boolean vote = command.name().equals("vote");
        List<String> inputs = command.values(vote ? "votes" : "idx");
        if (voters.ids().size() != inputs.size()) {
            return "error: mismatched input (explicit or _) for voters " + map(voters.ids()) + ": " + list(inputs);
        }
        // In the order of the voters as written, which need not be ascending.
        Map<Long, String> byVoter = new HashMap<>();
        Set<Long> order = new LinkedHashSet<>(numbers(command.values("cfg")));
        order.addAll(joint.equals(List.of("zero")) ? List.of() : numbers(joint));
        int next = 0;
        for (long id : order) {
            String input = inputs.get(next++);
            if (!input.equals("_")) {
                byVoter.put(id, input);
            }
        }
        if (vote) {
            Map<Long, Boolean> votes = new HashMap<>();
            byVoter.forEach((id, input) -> votes.put(id, input.equals("y")));
            String result = name(joint.isEmpty() ? incoming.voteResult(votes) : voters.voteResult(votes));
            String mirrored = name(swapped.voteResult(votes));
            return mirrored.equals(result) ? result : mirrored + " <-- via symmetry\n" + result;
        }
        Map<Long, Long> acked = new HashMap<>();
        byVoter.forEach((id, input) -> acked.put(id, Long.parseLong(input)));
        return committed(voters, swapped, incoming, !joint.isEmpty(), acked);
    }

    private static String committed(
            JointConfig voters, JointConfig swapped, MajorityConfig simple, boolean joint, Map<Long, Long> acked) {
        long result = committed(voters, acked);
        StringBuilder text = new StringBuilder(describe(voters, joint, acked));
        if (committed(swapped, acked) != result) {
            text.append(index(committed(swapped, acked))).append(" <-- via symmetry\n");
        }
        if (!joint) {
            long alone = simple.committedIndex(id -> acked.getOrDefault(id, 0L));
            long withItself = committed(new JointConfig(simple, simple), acked);
            if (alone != result) {
                text.append(index(alone)).append(" <-- via zero-joint quorum\n");
            }
            if (withItself != result) {
                text.append(index(withItself)).append(" <-- via self-joint quorum\n");
            }
            text.append(overlays(simple, acked, result));
        }
        return text.append(index(result)).toString();
    }

    /** What lies below the committed index may fall further without changing it. */
    private static String overlays(MajorityConfig config, Map<Long, Long> acked, long result) {
        StringBuilder text = new StringBuilder();
        acked.forEach((id, index) -> {
            for (long lower : new long[] {index - 1, 0}) {
                Map<Long, Long> changed = new HashMap<>(acked);
                changed.put(id, lower);
                if (index < result && config.committedIndex(each -> changed.getOrDefault(each, 0L)) != result) {
                    text.append(id).append(" at ").append(lower).append(" changes the result\n");
                }
            }
        });
        return text.toString();
    }

    private static long committed(JointConfig voters, Map<Long, Long> acked) {
        return voters.committedIndex(id -> acked.getOrDefault(id, 0L));
    }

    /** A bar for each voter, as long as there are voters with a lower index. */
    private static String describe(JointConfig voters, boolean joint, Map<Long, Long> acked) {
        Set<Long> ids =
                joint ? voters.ids() : new LinkedHashSet<>(voters.incoming().ids());
        if (ids.isEmpty()) {
            return "<empty majority quorum>";
        }
        int width = ids.size();
        StringBuilder text = new StringBuilder(" ".repeat(width) + "    idx\n");
        for (long id : ids) {
            long index = acked.getOrDefault(id, 0L);
            int bar = (int) ids.stream()
                    .filter(other -> acked.getOrDefault(other, 0L) < index)
                    .count();
            text.append(
                            acked.containsKey(id)
                                    ? "x".repeat(bar) + ">" + " ".repeat(width - bar)
                                    : "?" + " ".repeat(width))
                    .append(String.format(" %5d    (id=%d)%n", index, id));
        }
        return text.toString();
    }

    private static MajorityConfig config(List<String> ids) {
        return MajorityConfig.of(numbers(ids));
    }

    private static List<Long> numbers(List<String> values) {
        return values.stream().map(Long::valueOf).collect(Collectors.toList());
    }

    private static String index(long index) {
        return index == Long.MAX_VALUE ? "∞" : Long.toString(index);
    }

    private static String name(VoteResult result) {
        return switch (result) {
            case PENDING -> "VotePending";
            case LOST -> "VoteLost";
            case WON -> "VoteWon";
        };
    }

    private static String map(Set<Long> ids) {
        return ids.stream().map(id -> id + ":{}").collect(Collectors.joining(" ", "map[", "]"));
    }

    private static String list(List<String> values) {
        return values.stream().map(value -> value.equals("_") ? "0" : value).collect(Collectors.joining(" ", "[", "]"));
    }
}
