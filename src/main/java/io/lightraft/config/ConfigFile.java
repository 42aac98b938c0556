package io.lightraft.config;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import io.lightraft.sql.TransactionLimits;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code lightraft.toml}. Every mistake in it is a {@link StartupException} that names the line. */
public final class ConfigFile {

    private static final List<String> BLOCKS = List.of("cluster", "nodes", "driver", "raft", "limits");
    private static final int MAX_MILLIS = 3_600_000;
    private static final int MAX_LOG_ENTRIES = 1_000_000_000;
    private static final int MAX_BYTES = 1 << 30;

    private final String file;
    private final TomlLines lines;
    private final TomlTable root;

    private ConfigFile(String file, TomlLines lines, UnmodifiableConfig values) {
        this.file = file;
        this.lines = lines;
        this.root = new TomlTable(file, lines, values, "", "the file");
    }

    public static ClusterConfig load(Path path) {
        try {
            return parse(path.toString(), Files.readString(path));
        } catch (NoSuchFileException e) {
            throw new StartupException(path.toAbsolutePath() + " does not exist; -Dlightraft.config=FILE or"
                    + " --lightraft.config=FILE names another file");
        } catch (CharacterCodingException e) {
            throw new StartupException(path + " is not a text in UTF-8");
        } catch (IOException e) {
            throw new StartupException(path + " can't be read: " + e.getMessage());
        }
    }

    /** @param file what messages call it */
    static ClusterConfig parse(String file, String content) {
        String text = content.startsWith("\uFEFF") ? content.substring(1) : content;
        LineCounter reader = new LineCounter(new StringReader(text));
        UnmodifiableConfig values;
        try {
            values = new TomlParser().parse((Reader) reader);
        } catch (ParsingException e) {
            String reason = String.valueOf(e.getMessage())
                    .replace("Not enough data available", "the file ends too early")
                    .replace("\r", "\\r")
                    .replace("\n", "\\n");
            throw new StartupException(file + ":" + reader.line() + ": not valid TOML: " + reason);
        }
        return new ConfigFile(file, new TomlLines(file, text), values).cluster();
    }

    private ClusterConfig cluster() {
        root.refuseUnknown(BLOCKS);
        TomlTable cluster = block("cluster", List.of("name"));
        String name = cluster.text("name");
        // It travels in HTTP headers.
        if (!name.matches("[\\x21-\\x7e]([\\x20-\\x7e]{0,62}[\\x21-\\x7e])?")) {
            throw cluster.wrong("name", "name must be 1 to 64 printable ASCII characters");
        }
        List<NodeBlock> blocks = nodeBlocks();
        TomlTable driver = block("driver", List.of("name", "pathPrefix", "minFreeBytes", "foreignKeys"));
        if (!driver.text("name").equals("sqlite")) {
            throw driver.wrong(
                    "name", "driver \"" + driver.text("name") + "\" is not known; the only one is \"sqlite\"");
        }
        String pathPrefix = driver.text("pathPrefix");
        if (pathPrefix.indexOf('\0') >= 0) {
            throw driver.wrong("pathPrefix", "pathPrefix can't begin the name of a file");
        }
        RaftTimings raft = timings();
        Limits limits = limits();
        PortClashes.refuse(blocks);
        return new ClusterConfig(
                file,
                name,
                blocks.stream().map(NodeBlock::config).toList(),
                new DriverConfig(
                        "sqlite",
                        pathPrefix,
                        driver.number("minFreeBytes", 0, MAX_BYTES, DriverConfig.MIN_FREE_BYTES),
                        driver.flag("foreignKeys", true)),
                raft,
                limits);
    }

    private List<NodeBlock> nodeBlocks() {
        Object raw = root.raw("nodes");
        if (raw instanceof UnmodifiableConfig) {
            throw root.wrong("nodes", "[nodes] must be written [[nodes]], once for each node");
        }
        if (!(raw instanceof List<?> list) || list.isEmpty()) {
            throw root.wrong("nodes", "there is no node; each takes a [[nodes]] block");
        }
        List<NodeBlock> blocks = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof UnmodifiableConfig values)) {
                throw root.wrong("nodes", "nodes must be [[nodes]] blocks");
            }
            int index = blocks.size();
            TomlTable table = new TomlTable(file, lines, values, "nodes[" + index + "]", "[[nodes]] block " + index);
            blocks.add(NodeBlock.read(table, index, list.size()));
        }
        return blocks;
    }

    private RaftTimings timings() {
        if (!root.has("raft")) {
            return RaftTimings.DEFAULT;
        }
        TomlTable raft = block("raft", List.of("heartbeatIntervalMs", "electionTimeoutMs", "logEntries"));
        int heartbeat =
                raft.number("heartbeatIntervalMs", 1, MAX_MILLIS, RaftTimings.DEFAULT.heartbeatIntervalMillis());
        int election = raft.number("electionTimeoutMs", 2, MAX_MILLIS, RaftTimings.DEFAULT.electionTimeoutMillis());
        if (heartbeat >= election) {
            throw raft.wrong(
                    raft.has("heartbeatIntervalMs") ? "heartbeatIntervalMs" : "electionTimeoutMs",
                    "heartbeatIntervalMs = " + heartbeat + " must be less than electionTimeoutMs = " + election
                            + ", or followers hold elections between two heartbeats");
        }
        int logEntries = raft.number("logEntries", 1, MAX_LOG_ENTRIES, RaftTimings.DEFAULT.logEntries());
        return new RaftTimings(heartbeat, election, logEntries);
    }

    private Limits limits() {
        if (!root.has("limits")) {
            return Limits.DEFAULT;
        }
        TomlTable limits = block(
                "limits",
                List.of(
                        "lineBytes",
                        "statementBytes",
                        "requestBytes",
                        "sessions",
                        "valueBytes",
                        "returnedBytes",
                        "steps",
                        "keyLifetimeMs",
                        "timeoutMs",
                        "transactionIdleMs",
                        "transactionIdleContendedMs",
                        "transactionMs"));
        Limits usual = Limits.DEFAULT;
        return new Limits(
                limits.number("lineBytes", 1024, MAX_BYTES, usual.lineBytes()),
                limits.number("statementBytes", 1024, MAX_BYTES, usual.statementBytes()),
                limits.number("requestBytes", 1024, MAX_BYTES, usual.requestBytes()),
                limits.number("sessions", 1, 100_000, usual.sessions()),
                limits.number("valueBytes", 1024, MAX_BYTES, usual.valueBytes()),
                limits.number("returnedBytes", 1024, MAX_BYTES, usual.returnedBytes()),
                limits.number("steps", 100_000, Integer.MAX_VALUE, usual.steps()),
                limits.number("keyLifetimeMs", 1_000, Integer.MAX_VALUE, usual.keyLifetimeMillis()),
                limits.number("timeoutMs", 1, MAX_MILLIS, usual.timeoutMillis()),
                transactionLimits(limits, usual.transactions()));
    }

    private static TransactionLimits transactionLimits(TomlTable limits, TransactionLimits usual) {
        return new TransactionLimits(
                limits.number("transactionIdleMs", 1, MAX_MILLIS, (int) usual.idleMillis()),
                limits.number("transactionIdleContendedMs", 1, MAX_MILLIS, (int) usual.contendedIdleMillis()),
                limits.number("transactionMs", 1, MAX_MILLIS, (int) usual.totalMillis()));
    }

    private TomlTable block(String name, List<String> known) {
        Object raw = root.raw(name);
        if (raw == null) {
            throw root.wrong(name, "the block [" + name + "] is missing");
        }
        if (!(raw instanceof UnmodifiableConfig values)) {
            throw root.wrong(name, name + " must be a block [" + name + "]");
        }
        TomlTable table = new TomlTable(file, lines, values, name, "[" + name + "]");
        table.refuseUnknown(known);
        return table;
    }

    /** Tells the line of the character that was read last, which is where the parser gave up. */
    private static final class LineCounter extends FilterReader {

        private int line = 1;
        private boolean lineEnded;

        LineCounter(Reader in) {
            super(in);
        }

        int line() {
            return line;
        }

        @Override
        public int read() throws IOException {
            int character = super.read();
            count(character);
            return character;
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            int got = 0;
            while (got < length) {
                int character = read();
                if (character < 0) {
                    return got == 0 ? -1 : got;
                }
                buffer[offset + got++] = (char) character;
            }
            return got;
        }

        private void count(int character) {
            if (character >= 0 && lineEnded) {
                line++;
            }
            lineEnded = character < 0 ? lineEnded : character == '\n';
        }
    }
}
