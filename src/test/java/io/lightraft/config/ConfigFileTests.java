package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTests {

    private static final String CLUSTER = "[cluster]\nname = \"lightraft\"\n";
    private static final String NODE_0 = "[[nodes]]\nclientBindPort = 6453\nrpcBindPort = 56453\n";
    private static final String NODE_1 = "[[nodes]]\nclientBindPort = 6454\nrpcBindPort = 56454\n";
    private static final String DRIVER = "[driver]\nname = \"sqlite\"\npathPrefix = \"data/lightraft\"\n";

    @Test
    void theFileInTheRepositoryDescribesThreeNodes() {
        ClusterConfig config = ConfigFile.load(Path.of("lightraft.toml"));

        assertThat(config.name()).isEqualTo("lightraft");
        assertThat(config.nodes())
                .extracting(node -> node.client().toString())
                .containsExactly("127.0.0.1:6453", "127.0.0.1:6454", "127.0.0.1:6455");
        assertThat(config.nodes())
                .extracting(node -> node.rpc().toString())
                .containsExactly("127.0.0.1:56453", "127.0.0.1:56454", "127.0.0.1:56455");
        assertThat(config.nodes())
                .extracting(node -> node.http().toString())
                .containsExactly("127.0.0.1:4001", "127.0.0.1:4002", "127.0.0.1:4003");
        assertThat(config.driver().database(2)).isEqualTo(Path.of("data/lightraft-2.sqlite"));
        assertThat(config.driver().log(2)).isEqualTo(Path.of("data/lightraft-2.raft"));
    }

    @Test
    void aFileWithoutHttpKeysGetsPortsFrom4001On() {
        ClusterConfig config = parse(CLUSTER + NODE_0 + NODE_1 + DRIVER);

        assertThat(config.members())
                .extracting(member -> member.httpAddress())
                .containsExactly("127.0.0.1:4001", "127.0.0.1:4002");
    }

    @Test
    void timingsAndLimitsHaveDefaults() {
        ClusterConfig config = parse(CLUSTER + NODE_0 + DRIVER);

        assertThat(config.raft()).isEqualTo(new RaftTimings(100, 1000));
        assertThat(config.limits()).isEqualTo(Limits.DEFAULT);
    }

    @Test
    void timingsAndLimitsCanBeSet() {
        ClusterConfig config = parse(CLUSTER + NODE_0 + DRIVER
                + "[raft]\nheartbeatIntervalMs = 50\nelectionTimeoutMs = 320\n[limits]\nlineBytes = 2_048\n");

        assertThat(config.raft()).isEqualTo(new RaftTimings(50, 320));
        assertThat(config.limits().lineBytes()).isEqualTo(2048);
        assertThat(config.limits().sessions()).isEqualTo(Limits.DEFAULT.sessions());
    }

    @Test
    void foreignKeysAreOnUnlessSwitchedOff() {
        assertThat(parse(CLUSTER + NODE_0 + DRIVER).seed().foreignKeys()).isTrue();
        assertThat(parse(CLUSTER + NODE_0 + DRIVER + "foreignKeys = true\n")
                        .seed()
                        .foreignKeys())
                .isTrue();
        assertThat(parse(CLUSTER + NODE_0 + DRIVER + "foreignKeys = false\n")
                        .seed()
                        .foreignKeys())
                .isFalse();
        assertThat(refused(CLUSTER + NODE_0 + DRIVER + "foreignKeys = \"off\"\n"))
                .isEqualTo("lightraft.toml:9: foreignKeys must be true or false, but is \"off\"");
    }

    @Test
    void peersAreToldTheAdvertisedAddress() {
        ClusterConfig config = parse(CLUSTER
                + node(
                        6453,
                        56453,
                        "rpcBindAddress = \"0.0.0.0\"\n"
                                + "rpcAdvertiseAddress = \"db0.example:7000\"\nclientBindAddress = \"0.0.0.0\"\n"
                                + "httpBindAddress = \"::\"\n")
                + DRIVER);

        assertThat(config.peers().get(0).host()).isEqualTo("db0.example");
        assertThat(config.peers().get(0).port()).isEqualTo(7000);
        assertThat(config.members().get(0).clientAddress()).isEqualTo("db0.example:6453");
        assertThat(config.members().get(0).httpAddress()).isEqualTo("db0.example:4001");
    }

    @Test
    void anAdvertisedIpv6AddressMayHaveAPort() {
        ClusterConfig config = parse(CLUSTER
                + node(
                        6453,
                        56453,
                        "rpcAdvertiseAddress = \"[fd00::1]:7000\"\n" + "httpAdvertiseAddress = \"fd00::2\"\n")
                + DRIVER);

        assertThat(config.members().get(0).rpcAddress()).isEqualTo("[fd00::1]:7000");
        assertThat(config.members().get(0).httpAddress()).isEqualTo("[fd00::2]:4001");
    }

    @Test
    void nodesOfDifferentMachinesMayUseTheSamePorts() {
        ClusterConfig config = parse(CLUSTER
                + node(
                        6453,
                        56453,
                        "httpBindPort = 4001\nrpcBindAddress = \"0.0.0.0\"\nrpcAdvertiseAddress = \"db0\"\n")
                + node(
                        6453,
                        56453,
                        "httpBindPort = 4001\nrpcBindAddress = \"0.0.0.0\"\nrpcAdvertiseAddress = \"db1\"\n")
                + DRIVER);

        assertThat(config.nodes()).hasSize(2);
    }

    @Test
    void aByteOrderMarkAndWindowsLineEndsAreNoObstacle() {
        assertThat(parse("\uFEFF" + (CLUSTER + NODE_0 + DRIVER).replace("\n", "\r\n"))
                        .nodes())
                .hasSize(1);
    }

    @Test
    void refusesAFileThatIsNotThere(@TempDir Path directory) {
        Path file = directory.resolve("other.toml");

        assertThat(catchThrowableOfType(StartupException.class, () -> ConfigFile.load(file)))
                .hasMessage(file + " does not exist; -Dlightraft.config=FILE or --lightraft.config=FILE names another"
                        + " file");
    }

    @Test
    void refusesADirectoryInPlaceOfTheFile(@TempDir Path directory) {
        assertThat(catchThrowableOfType(StartupException.class, () -> ConfigFile.load(directory)))
                .hasMessageStartingWith(directory + " can't be read: ");
    }

    @Test
    void refusesAFileThatIsNotUtf8(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("a.toml"), "# \u00e9".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(catchThrowableOfType(StartupException.class, () -> ConfigFile.load(file)))
                .hasMessage(file + " is not a text in UTF-8");
    }

    @Test
    void refusesBrokenTomlWithItsLine() {
        assertThat(refused("[cluster]\nname = \"lightraft\n" + NODE_0))
                .startsWith("lightraft.toml:2: not valid TOML: Invalid newline in basic string")
                .doesNotContain("\n");
        assertThat(refused("[cluster]\n\nname = \n")).startsWith("lightraft.toml:3: not valid TOML: ");
        assertThat(refused("[cluster\nname = 1\n")).startsWith("lightraft.toml:1: not valid TOML: ");
        assertThat(refused("hello\n" + CLUSTER)).startsWith("lightraft.toml:1: not valid TOML: ");
        assertThat(refused("[cluster]\nname = \"a\"\nname = \"b\"\n")).startsWith("lightraft.toml:3: not valid TOML: ");
        assertThat(refused(CLUSTER + "[raft]\nx = [1,\n"))
                .isEqualTo("lightraft.toml:4: not valid TOML: the file ends too early");
    }

    @Test
    void refusesAnUnknownKeyAndNamesTheNearest() {
        assertThat(refused(CLUSTER + "[[nodes]]\nclientBindPrt = 6453\n" + DRIVER))
                .isEqualTo("lightraft.toml:4: unknown key clientBindPrt in [[nodes]] block 0; did you mean"
                        + " clientBindPort?");
        assertThat(refused(CLUSTER + NODE_0 + NODE_1 + "rpcbindadress = \"::1\"\n" + DRIVER))
                .isEqualTo("lightraft.toml:9: unknown key rpcbindadress in [[nodes]] block 1; did you mean"
                        + " rpcBindAddress?");
    }

    @Test
    void refusesAnUnknownKeyThatResemblesNone() {
        assertThat(refused(CLUSTER + "size = 3\n" + NODE_0 + DRIVER))
                .isEqualTo("lightraft.toml:3: unknown key size in [cluster]; known are name");
    }

    @Test
    void refusesAnUnknownBlock() {
        assertThat(refused(CLUSTER + NODE_0 + DRIVER.replace("driver", "drivers")))
                .isEqualTo("lightraft.toml:6: unknown block [drivers]; did you mean [driver]?");
        assertThat(refused("port = 1\n" + CLUSTER + NODE_0 + DRIVER))
                .isEqualTo("lightraft.toml:1: unknown key port; known are cluster, nodes, driver, raft, limits");
    }

    @Test
    void refusesABlockThatIsThereTwice() {
        assertThat(refused(CLUSTER + NODE_0 + DRIVER + "[cluster]\n"))
                .isEqualTo("lightraft.toml:9: not valid TOML: Table with path [cluster] has been declared twice.");
        assertThat(refused("[raft]\n" + CLUSTER + NODE_0 + DRIVER + "[raft]\n"))
                .isEqualTo("lightraft.toml:10: [raft] is there twice, first in line 1");
    }

    @Test
    void refusesAMissingBlock() {
        assertThat(refused(NODE_0 + DRIVER)).isEqualTo("lightraft.toml: the block [cluster] is missing");
        assertThat(refused(CLUSTER + NODE_0)).isEqualTo("lightraft.toml: the block [driver] is missing");
        assertThat(refused("")).isEqualTo("lightraft.toml: the block [cluster] is missing");
        assertThat(refused("cluster = 1\n" + NODE_0 + DRIVER))
                .isEqualTo("lightraft.toml:1: cluster must be a block [cluster]");
    }

    @Test
    void refusesAFileWithoutNodes() {
        assertThat(refused(CLUSTER + DRIVER))
                .isEqualTo("lightraft.toml: there is no node; each takes a [[nodes]] block");
        assertThat(refused("nodes = []\n" + CLUSTER + DRIVER))
                .isEqualTo("lightraft.toml:1: there is no node; each takes a [[nodes]] block");
        assertThat(refused(CLUSTER + NODE_0.replace("[[nodes]]", "[nodes]") + DRIVER))
                .isEqualTo("lightraft.toml:3: [nodes] must be written [[nodes]], once for each node");
    }

    @Test
    void refusesAMissingPort() {
        assertThat(refused(CLUSTER + NODE_0 + "[[nodes]]\nclientBindPort = 6454\n" + DRIVER))
                .isEqualTo("lightraft.toml:6: rpcBindPort is missing in [[nodes]] block 1");
    }

    @Test
    void refusesAPortThatIsNoNumber() {
        assertThat(refused(CLUSTER + "[[nodes]]\nclientBindPort = \"6453\"\n" + DRIVER))
                .isEqualTo("lightraft.toml:4: clientBindPort must be a whole number, but is \"6453\"");
        assertThat(refused(CLUSTER + "[[nodes]]\nclientBindPort = 64.5  # x\n" + DRIVER))
                .isEqualTo("lightraft.toml:4: clientBindPort must be a whole number, but is 64.5");
    }

    @Test
    void refusesAPortOutOfRange() {
        assertThat(refused(CLUSTER + "[[nodes]]\nclientBindPort = 70000\n" + DRIVER))
                .isEqualTo("lightraft.toml:4: clientBindPort must be between 1 and 65535, but is 70000");
        assertThat(refused(CLUSTER + "[[nodes]]\nclientBindPort = 0\n" + DRIVER))
                .isEqualTo("lightraft.toml:4: clientBindPort must be between 1 and 65535, but is 0");
    }

    /** Which the parser would take for 6453, cut to 64 bits. */
    @Test
    void refusesAPortBeyond64Bits() {
        assertThat(refused(CLUSTER + "[[nodes]]\nclientBindPort = 18446744073709558069\n" + DRIVER))
                .isEqualTo("lightraft.toml:4: clientBindPort must be between 1 and 65535, but is 18446744073709558069");
    }

    @Test
    void refusesAPortThatIsGivenTwice() {
        assertThat(refused(CLUSTER + NODE_0 + node(6454, 6453, "") + DRIVER))
                .isEqualTo("lightraft.toml:8: port 6453 of 127.0.0.1 is given twice: rpcBindPort of node 1 and"
                        + " clientBindPort of node 0 in line 4");
        assertThat(refused(CLUSTER + node(6453, 6453, "") + DRIVER))
                .isEqualTo("lightraft.toml:5: port 6453 of 127.0.0.1 is given twice: rpcBindPort of node 0 and"
                        + " clientBindPort of node 0 in line 4");
    }

    @Test
    void refusesAPortThatClashesWithADefault() {
        assertThat(refused(CLUSTER + NODE_0 + node(4001, 56454, "") + DRIVER))
                .isEqualTo("lightraft.toml:7: port 4001 of 127.0.0.1 is given twice: clientBindPort of node 1 and"
                        + " httpBindPort of node 0, by default");
        assertThat(refused(CLUSTER + node(4002, 56453, "") + NODE_1 + DRIVER))
                .isEqualTo("lightraft.toml:6: port 4002 of 127.0.0.1 is given twice: httpBindPort of node 1 (by"
                        + " default) and clientBindPort of node 0 in line 4");
    }

    @Test
    void anAddressOfAllAddressesClashesWithEach() {
        assertThat(refused(CLUSTER + NODE_0 + node(6453, 56454, "clientBindAddress = \"0.0.0.0\"\n") + DRIVER))
                .isEqualTo("lightraft.toml:7: port 6453 of 0.0.0.0 is given twice: clientBindPort of node 1 and"
                        + " clientBindPort of node 0 in line 4");
    }

    @Test
    void refusesABadAddress() {
        String[] bad = {"127.0.0.300", "127.0.0", "1.2.3.4.5", "127.0.0.1:6453", "a b", "http://x", "::zz", "-x"};
        for (String address : bad) {
            assertThat(refused(CLUSTER + node(6453, 56453, "clientBindAddress = \"" + address + "\"\n") + DRIVER))
                    .isEqualTo("lightraft.toml:6: clientBindAddress must be an IP address or a host name, but is \""
                            + address + "\"");
        }
        assertThat(refused(CLUSTER + node(6453, 56453, "clientBindAddress = \"\"\n") + DRIVER))
                .isEqualTo("lightraft.toml:6: clientBindAddress must not be empty");
        assertThat(refused(CLUSTER + node(6453, 56453, "rpcAdvertiseAddress = \"db0:99999\"\n") + DRIVER))
                .isEqualTo("lightraft.toml:6: rpcAdvertiseAddress has the port \"99999\", which must be between 1 and"
                        + " 65535");
        assertThat(refused(CLUSTER + node(6453, 56453, "rpcAdvertiseAddress = \":7000\"\n") + DRIVER))
                .isEqualTo("lightraft.toml:6: rpcAdvertiseAddress must be an IP address or a host name, but is \"\"");
        assertThat(refused(CLUSTER + node(6453, 56453, "rpcAdvertiseAddress = \"0.0.0.0\"\n") + DRIVER))
                .isEqualTo("lightraft.toml:6: rpcAdvertiseAddress 0.0.0.0 is all addresses; nobody can connect to it");
    }

    @Test
    void peersCantConnectToAllAddresses() {
        assertThat(refused(CLUSTER + node(6453, 56453, "rpcBindAddress = \"0.0.0.0\"\n") + NODE_1 + DRIVER))
                .isEqualTo("lightraft.toml:6: rpcBindAddress 0.0.0.0 is all addresses; rpcAdvertiseAddress must say"
                        + " which of them the other nodes connect to");
    }

    @Test
    void refusesAnyOtherDriver() {
        assertThat(refused(CLUSTER + NODE_0 + DRIVER.replace("sqlite", "h2")))
                .isEqualTo("lightraft.toml:7: driver \"h2\" is not known; the only one is \"sqlite\"");
        assertThat(refused(CLUSTER + NODE_0 + "[driver]\npathPrefix = \"x\"\n"))
                .isEqualTo("lightraft.toml:6: name is missing in [driver]");
        assertThat(refused(CLUSTER + NODE_0 + "[driver]\nname = \"sqlite\"\n"))
                .isEqualTo("lightraft.toml:6: pathPrefix is missing in [driver]");
    }

    @Test
    void refusesANameThatNoHeaderCanCarry() {
        assertThat(refused(CLUSTER.replace("lightraft", "l\\u00e4cht") + NODE_0 + DRIVER))
                .isEqualTo("lightraft.toml:2: name must be 1 to 64 printable ASCII characters");
    }

    @Test
    void refusesHeartbeatsThatAreSlowerThanElections() {
        assertThat(refused(CLUSTER + NODE_0 + DRIVER + "[raft]\nheartbeatIntervalMs = 1000\n"))
                .isEqualTo("lightraft.toml:10: heartbeatIntervalMs = 1000 must be less than electionTimeoutMs = 1000,"
                        + " or followers hold elections between two heartbeats");
        assertThat(refused(CLUSTER + NODE_0 + DRIVER + "[raft]\nelectionTimeoutMs = 100\n"))
                .startsWith("lightraft.toml:10: heartbeatIntervalMs = 100 must be less than electionTimeoutMs = 100");
    }

    @Test
    void refusesALimitOutOfRange() {
        assertThat(refused(CLUSTER + NODE_0 + DRIVER + "[limits]\nlineBytes = 1\n"))
                .isEqualTo("lightraft.toml:10: lineBytes must be between 1024 and 1073741824, but is 1");
    }

    private static String node(int clientPort, int rpcPort, String more) {
        return "[[nodes]]\nclientBindPort = " + clientPort + "\nrpcBindPort = " + rpcPort + "\n" + more;
    }

    private static ClusterConfig parse(String text) {
        return ConfigFile.parse("lightraft.toml", text);
    }

    private static String refused(String text) {
        StartupException refusal = catchThrowableOfType(StartupException.class, () -> parse(text));
        assertThat(refusal).as("what is refused").isNotNull();
        return String.valueOf(refusal.getMessage());
    }
}
