package io.lightraft.node;

import io.lightraft.raft.ConfState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registers under keys. Each batch makes a new version that is whole on disk, data and applied index together; after a
 * loss of power an older one may be found, but none older than the last checkpoint.
 */
final class SimulationState implements StateMachine<String>, StateFile {

    static final String DONE = "done";
    static final String NOTHING = "nothing";

    private static final Version NOTHING_YET = new Version(new Applied(0, 0, ConfState.EMPTY), Map.of(), 0);
    private static final int VERSIONS_BETWEEN_CHECKPOINTS = 12;

    /**
     * @param registers never changed
     * @param lastCommand the index of the last command
     */
    record Version(Applied applied, Map<String, String> registers, long lastCommand) {}

    private final List<Version> versions = new ArrayList<>();
    private final SimulationInvariants invariants;
    private final SimulationShelf shelf;
    private final long id;
    private int looks;

    SimulationState(long id, ConfState confState, SimulationShelf shelf, SimulationInvariants invariants) {
        this.id = id;
        this.shelf = shelf;
        this.invariants = invariants;
        versions.add(new Version(Begun.members(confState), Map.of(), 0));
    }

    static byte[] write(String key, int value) {
        return bytes("W " + key + " " + value);
    }

    static byte[] compareAndSet(String key, @Nullable Integer expected, int value) {
        return bytes("C " + key + " " + value + " " + (expected == null ? NOTHING : expected));
    }

    static byte[] read(String key) {
        return bytes("R " + key);
    }

    /** What a transaction did that began behind the command at {@code base}, void if another one came between. */
    static byte[] commit(String key, long base, int value) {
        return bytes("T " + key + " " + value + " " + base);
    }

    /** What came of a commit in this term that was void. */
    static String conflict(long term) {
        return "conflict " + term;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** As a reader of this node's own file finds it. */
    String local(String key) {
        return newest().registers().getOrDefault(key, NOTHING);
    }

    /** Of what {@link #local} answers: the index of the last command. */
    long lastCommand() {
        return newest().lastCommand();
    }

    Map<String, String> registers() {
        return newest().registers();
    }

    @Override
    public Applied applied() {
        return newest().applied();
    }

    /** What is certain to be found after a loss of power. */
    long checkpointIndex() {
        return versions.get(0).applied().index();
    }

    /** @param roll decides which version is found */
    void losePower(int roll) {
        int keep = 1 + roll % versions.size();
        versions.subList(keep, versions.size()).clear();
        checkpoint();
    }

    Version copy() {
        return newest();
    }

    @Override
    public Applied copyTo(Path target) {
        shelf.write(target, newest());
        return newest().applied();
    }

    @Override
    public Applied inspect(Path copy) throws IOException {
        return shelf.read(copy).applied();
    }

    @Override
    public Applied replaceWith(Path copy) throws IOException {
        Version content = shelf.read(copy);
        shelf.step(() -> {
            versions.clear();
            versions.add(content);
            shelf.erase(copy);
        });
        invariants.stands(id, content.applied());
        return content.applied();
    }

    /** Now and then a reader stands in the way. */
    @Override
    public boolean makeDurable() {
        if (++looks % 3 == 0) {
            return false;
        }
        checkpoint();
        return true;
    }

    private void checkpoint() {
        versions.subList(0, versions.size() - 1).clear();
    }

    private Version newest() {
        return versions.get(versions.size() - 1);
    }

    /** The disk is gone. */
    void empty() {
        versions.clear();
        versions.add(NOTHING_YET);
    }

    @Override
    public void bootstrap(Applied beginning) {
        versions.clear();
        versions.add(new Version(new Applied(beginning.index(), beginning.term(), beginning.confState()), Map.of(), 0));
        invariants.stands(id, newest().applied());
    }

    @Override
    public List<String> apply(List<CommittedEntry> batch) {
        Map<String, String> registers = new HashMap<>(newest().registers());
        Applied applied = newest().applied();
        long lastCommand = newest().lastCommand();
        List<String> results = new ArrayList<>();
        for (CommittedEntry entry : batch) {
            String result = "";
            if (entry.header() != null) {
                String[] words = StandardCharsets.UTF_8
                        .decode(entry.command())
                        .toString()
                        .split(" ");
                boolean isVoid = words[0].equals("T") && Long.parseLong(words[3]) != lastCommand;
                result = isVoid ? conflict(entry.term()) : run(registers, words);
                lastCommand = entry.index();
            }
            invariants.applied(id, applied.index(), entry, result);
            results.add(result);
            ConfState confState = entry.confState() == null ? applied.confState() : entry.confState();
            applied = new Applied(entry.index(), entry.term(), confState);
            invariants.stands(id, applied);
        }
        versions.add(new Version(applied, registers, lastCommand));
        if (versions.size() > VERSIONS_BETWEEN_CHECKPOINTS) {
            checkpoint();
        }
        return results;
    }

    private static String run(Map<String, String> registers, String[] words) {
        String value = registers.getOrDefault(words[1], NOTHING);
        switch (words[0]) {
            case "W", "T" -> registers.put(words[1], words[2]);
            case "C" -> {
                if (!value.equals(words[3])) {
                    return "refused";
                }
                registers.put(words[1], words[2]);
            }
            default -> {
                return value;
            }
        }
        return DONE;
    }
}
