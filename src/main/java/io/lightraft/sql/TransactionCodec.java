package io.lightraft.sql;

import io.lightraft.sql.TransactionReply.Status;
import io.lightraft.sql.TransactionRequest.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Requests and replies as JSON; statements and results in it as {@link CommandCodec} has them, in base64. */
final class TransactionCodec {

    private final JsonMapper json = JsonMapper.builder().build();

    byte[] encode(TransactionRequest request) {
        ObjectNode node = json.createObjectNode();
        node.put("transaction", request.transaction().toString());
        node.put("sequence", request.sequence());
        node.put("kind", request.kind().name());
        node.put("proposer", request.proposer().toString());
        node.put("rowid", request.start().rowid());
        node.put("changes", request.start().changes());
        node.put("savepoint", request.openedBySavepoint());
        node.put("timeoutMillis", request.timeout().toMillis());
        node.put("statement", CommandCodec.encode(new Command(List.of(request.statement()), false, null)));
        return json.writeValueAsBytes(node);
    }

    /** @throws IOException when it is no request */
    TransactionRequest request(byte[] bytes) throws IOException {
        try {
            JsonNode node = json.readTree(bytes);
            return new TransactionRequest(
                    UUID.fromString(node.get("transaction").asString()),
                    node.get("sequence").asLong(),
                    Kind.valueOf(node.get("kind").asString()),
                    UUID.fromString(node.get("proposer").asString()),
                    new SessionValues(
                            node.get("rowid").asLong(), node.get("changes").asLong()),
                    node.get("savepoint").asBoolean(),
                    CommandCodec.decode(ByteBuffer.wrap(node.get("statement").binaryValue()))
                            .statements()
                            .get(0),
                    Duration.ofMillis(node.get("timeoutMillis").asLong()));
        } catch (JacksonException | NullPointerException | IllegalArgumentException e) {
            throw new IOException("not a statement of a transaction: " + e.getMessage(), e);
        }
    }

    byte[] encode(TransactionReply reply) {
        ObjectNode node = json.createObjectNode();
        node.put("status", reply.status().name());
        node.put("message", reply.message());
        node.put("read", reply.read());
        StatementResult result = reply.result();
        if (result != null) {
            node.put("result", Objects.requireNonNull(ResultCodec.encode(List.of(result), Integer.MAX_VALUE)));
        }
        byte[] command = reply.command();
        if (command != null) {
            node.put("command", command);
        }
        return json.writeValueAsBytes(node);
    }

    /** @throws IOException when it is no reply */
    TransactionReply reply(byte[] bytes) throws IOException {
        try {
            JsonNode node = json.readTree(bytes);
            JsonNode result = node.get("result");
            return new TransactionReply(
                    Status.valueOf(node.get("status").asString()),
                    node.get("message").asString(),
                    result == null
                            ? null
                            : ResultCodec.decode(result.binaryValue()).get(0),
                    node.get("read").asBoolean(),
                    binary(node.get("command")));
        } catch (JacksonException | NullPointerException | IllegalArgumentException e) {
            throw new IOException("not a reply about a transaction: " + e.getMessage(), e);
        }
    }

    private static byte @Nullable [] binary(@Nullable JsonNode node) {
        return node == null ? null : node.binaryValue();
    }
}
