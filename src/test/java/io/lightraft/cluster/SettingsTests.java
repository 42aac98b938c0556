package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What decides about results is one setting of the cluster, also where the files of its nodes differ. */
class SettingsTests {

    @TempDir
    Path directory;

    @Test
    void aNodeWhoseFileSaidSomethingElseAtTheFirstStartTakesTheSettingsOfTheOthers() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(directory)) {
            cluster.writeToml(0, 3, "foreignKeys = false\n");
            cluster.writeToml(1, 3, "foreignKeys = false\n");
            cluster.writeToml(2, 3);
            cluster.start(0, 1, 2);
            await().atMost(GrowingCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.http(2)
                                    .query("PRAGMA foreign_keys", "&level=none")
                                    .text())
                            .contains("[[0]]"));
            cluster.awaitVoters(0, 1, 2);
            cluster.http(2).run("CREATE TABLE p(a PRIMARY KEY)", "CREATE TABLE c(a REFERENCES p)");
            cluster.http(2).run("INSERT INTO c VALUES(1)");
            for (int node = 0; node < 3; node++) {
                assertThat(cluster.http(node).rows("PRAGMA foreign_keys")).containsExactly("0");
                assertThat(cluster.http(node).rows("SELECT count(*) FROM c")).containsExactly("1");
            }
        }
    }
}
