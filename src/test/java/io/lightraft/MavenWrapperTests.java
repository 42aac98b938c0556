package io.lightraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvnw} on machines with and without Maven; what it downloads comes from a server in this test. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "runs the shell script")
class MavenWrapperTests {

    private static final String ARCHIVE = "apache-maven-3.9.16";
    private static final String IN_REPOSITORY = "/repository/org/apache/maven/apache-maven/3.9.16/" + ARCHIVE + "-bin";
    private static final String FAKE_MAVEN = "#!/bin/sh\necho \"downloaded Maven: $*\"\n";
    private static final List<String> TOOLS = List.of(
            "sh",
            "uname",
            "dirname",
            "basename",
            "tr",
            "sed",
            "head",
            "mkdir",
            "mktemp",
            "mv",
            "rm",
            "cat",
            "ls",
            "sha256sum",
            "gzip");

    @TempDir
    Path directory;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private Path project;
    private Path bin;
    private HttpServer server;
    private Map<String, String> environment;

    @BeforeEach
    void layOutAMachine() throws IOException {
        project = Files.createDirectories(directory.resolve("project"));
        Files.copy(Path.of("mvnw"), project.resolve("mvnw"));
        Files.createDirectories(project.resolve(".mvn/wrapper"));
        Files.copy(wrapperProperties(Path.of("")), wrapperProperties(project));
        bin = Files.createDirectories(directory.resolve("bin"));
        TOOLS.forEach(this::install);
        serve();
        environment = Map.of(
                "PATH", bin.toString(),
                "HOME", directory.resolve("home").toString(),
                "JAVA_HOME", System.getProperty("java.home"),
                "MVNW_REPOURL", "http://127.0.0.1:" + server.getAddress().getPort() + "/repository");
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void withoutMavenItIsDownloadedOnceAndRun() throws Exception {
        installAll("wget", "unzip");
        pin("distributionSha256Sum", archiveZip());

        assertThat(run("-q", "verify")).isEqualTo(new Outcome(0, "downloaded Maven: -q verify\n"));
        assertThat(run("clean")).isEqualTo(new Outcome(0, "downloaded Maven: clean\n"));
        assertThat(requests).containsExactly(IN_REPOSITORY + ".zip");
    }

    @Test
    void withoutWgetCurlDoes() throws Exception {
        installAll("curl", "unzip");
        pin("distributionSha256Sum", archiveZip());

        assertThat(run("verify")).isEqualTo(new Outcome(0, "downloaded Maven: verify\n"));
    }

    @Test
    void withoutBothTheJdkDoes() throws Exception {
        installAll("unzip");
        pin("distributionSha256Sum", archiveZip());

        assertThat(run("verify")).isEqualTo(new Outcome(0, "downloaded Maven: verify\n"));
    }

    @Test
    void withoutUnzipTheOtherArchiveIsTakenByItsOwnChecksum() throws Exception {
        installAll("wget", "tar");
        pin("tarGzSha256Sum", archiveTarGz());

        assertThat(run("verify")).isEqualTo(new Outcome(0, "downloaded Maven: verify\n"));
        assertThat(requests).containsExactly(IN_REPOSITORY + ".tar.gz");
    }

    @Test
    void anArchiveWithAnotherChecksumIsRefused() throws Exception {
        installAll("wget", "unzip", "tar");
        archiveZip();
        archiveTarGz();

        Outcome zip = run("verify");
        Files.delete(bin.resolve("unzip"));
        Outcome tarGz = run("verify");

        assertThat(List.of(zip, tarGz)).allSatisfy(outcome -> {
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.output())
                    .contains("Failed to validate Maven distribution SHA-256")
                    .doesNotContain("downloaded Maven");
        });
    }

    @Test
    void anArchiveThatIsNotThereIsAnError() throws Exception {
        installAll("wget", "unzip");

        Outcome outcome = run("verify");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output()).contains("Failed to fetch");
    }

    @Test
    void anInstalledMavenThatIsNewEnoughIsUsed() throws Exception {
        for (String version : List.of("3.6.3", "3.8.7", "3.10.0", "4.0.0-rc-5")) {
            installMaven(version);

            assertThat(run("-q", "a b")).isEqualTo(new Outcome(0, "installed Maven: -q a b\n"));
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void anInstalledMavenThatIsTooOldOrBrokenIsNot() throws Exception {
        installAll("wget", "unzip");
        pin("distributionSha256Sum", archiveZip());
        for (String version : List.of("3.6.2", "3.5.4", "2.2.1", "")) {
            installMaven(version);

            assertThat(run("verify")).isEqualTo(new Outcome(0, "downloaded Maven: verify\n"));
        }
    }

    @Test
    void aBrokenJavaHomeIsTold() throws Exception {
        environment = Map.of("PATH", bin.toString(), "HOME", "/nowhere", "JAVA_HOME", "/no/jdk");

        Outcome outcome = run("verify");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output())
                .startsWith("The JAVA_HOME environment variable is not defined correctly, so mvnw cannot run.\n")
                .contains("/no/jdk");
    }

    @Test
    void aMachineWithoutAJdkIsTold() throws Exception {
        environment = Map.of("PATH", bin.toString(), "HOME", "/nowhere");

        assertThat(run("verify"))
                .isEqualTo(new Outcome(
                        1,
                        "The java/javac command does not exist in PATH nor is JAVA_HOME set, so mvnw cannot run.\n"));
    }

    @Test
    void whatIsPinnedIsApachesOwnArchive() throws IOException {
        List<String> lines = Files.readAllLines(wrapperProperties(Path.of("")));

        assertThat(lines)
                .contains("distributionUrl=https://archive.apache.org/dist/maven/maven-3/3.9.16/binaries/" + ARCHIVE
                        + "-bin.zip")
                .anyMatch(line -> line.matches("distributionSha256Sum=[0-9a-f]{64}"))
                .anyMatch(line -> line.matches("tarGzSha256Sum=[0-9a-f]{64}"));
    }

    private record Outcome(int code, String output) {}

    private Outcome run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "./mvnw"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true);
        Path output = directory.resolve("output");
        builder.redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("mvnw ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readString(output));
    }

    private void installAll(String... tools) {
        List.of(tools).forEach(this::install);
    }

    private void install(String tool) {
        Path found = List.of("/usr/bin", "/bin", "/usr/local/bin").stream()
                .map(directory -> Path.of(directory, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(found != null, tool + " is not installed");
        try {
            executable(bin.resolve(tool), "#!/bin/sh\nexec " + found + " \"$@\"\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One whose first line has colours, as on a terminal. */
    private void installMaven(String version) throws IOException {
        executable(
                bin.resolve("mvn"),
                "#!/bin/sh\nif [ \"$1\" = -v ]; then printf '\\033[1mApache Maven " + version
                        + " (x)\\033[m\\nJava version: 17.0.15\\n'; else echo \"installed Maven: $*\"; fi\n");
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void pin(String key, Path archive) throws Exception {
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive)));
        Path properties = wrapperProperties(project);
        Files.writeString(properties, Files.readString(properties).replaceFirst(key + "=.*", key + "=" + sum));
    }

    private Path archiveZip() throws IOException {
        Path file = served(".zip");
        Map<String, ?> options = Map.of("create", "true", "enablePosixFileAttributes", true);
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), options)) {
            Path mvn = zip.getPath(ARCHIVE, "bin", "mvn");
            Files.createDirectories(mvn.getParent());
            executable(mvn, FAKE_MAVEN);
        }
        return file;
    }

    private Path archiveTarGz() throws Exception {
        Path mvn = Files.createDirectories(directory.resolve(ARCHIVE + "/bin")).resolve("mvn");
        executable(mvn, FAKE_MAVEN);
        Path file = served(".tar.gz");
        assertThat(new ProcessBuilder("tar", "czf", file.toString(), "-C", directory.toString(), ARCHIVE)
                        .start()
                        .waitFor())
                .isZero();
        return file;
    }

    private Path served(String ending) throws IOException {
        Path file = directory.resolve("served" + IN_REPOSITORY + ending);
        Files.createDirectories(file.getParent());
        return file;
    }

    private void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                requests.add(path);
                Path file = directory.resolve("served" + path);
                if (Files.isRegularFile(file)) {
                    exchange.sendResponseHeaders(200, Files.size(file));
                    Files.copy(file, exchange.getResponseBody());
                } else {
                    exchange.sendResponseHeaders(404, -1);
                }
            }
        });
        server.start();
    }

    private static Path wrapperProperties(Path directory) {
        return directory.resolve(".mvn/wrapper/maven-wrapper.properties");
    }
}
