package io.lightraft.server.http;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestConstructor;

/** A real server on a port of its own, with SQLite behind it; shared by the classes that extend this. */
@SpringBootTest(
        classes = HttpApiTestBase.Application.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"server.address=127.0.0.1", "lightraft.http.max-body-bytes=100000"})
@TestConstructor(autowireMode = TestConstructor.AutowireMode.ALL)
abstract class HttpApiTestBase {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(HttpApiConfiguration.class)
    static class Application {

        @Bean
        SqliteEngine engine() {
            return new SqliteEngine();
        }

        @Bean
        TestStatus status() {
            return new TestStatus();
        }
    }

    @Autowired
    SqliteEngine engine;

    @Autowired
    TestStatus status;

    @LocalServerPort
    int port;

    RawHttp http;

    @BeforeEach
    void startFromAnEmptyDatabase() throws SQLException {
        engine.reset();
        status.set(TestStatus.leading());
        http = new RawHttp(port);
    }

    String execute(String body) throws IOException {
        return http.post("/db/execute", body).body();
    }

    String query(String body) throws IOException {
        return http.post("/db/query", body).body();
    }
}
