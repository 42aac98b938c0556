package io.lightraft.server.admin;

import io.lightraft.node.HostPort;
import io.lightraft.node.MemberRequest;
import io.lightraft.node.NodeAddresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The bodies that say which nodes are to be members, and where these are. Every mistake is a {@link Problem}. */
final class MemberBodies {

    private static final List<String> ADDRESSES = List.of("clientAddress", "rpcAddress", "httpAddress");
    private static final int MAX_ADDRESS_LENGTH = 300;

    private MemberBodies() {}

    /** {@code {"nodeId":N}}, with any of the node's addresses. */
    static NodeAddresses node(JsonNode json) {
        for (String name : json.propertyNames()) {
            if (!name.equals("nodeId") && !ADDRESSES.contains(name)) {
                throw Problem.badRequest("'" + name + "' is not known; there are nodeId, clientAddress, rpcAddress and"
                        + " httpAddress.");
            }
        }
        JsonNode id = json.get("nodeId");
        if (id == null) {
            throw Problem.badRequest("nodeId is missing. The body must be {\"nodeId\":N}, with the index of a node, and"
                    + " its addresses where lightraft.toml does not say them.");
        }
        return new NodeAddresses(
                AdminRequest.nodeId(id),
                address(json, "clientAddress"),
                address(json, "rpcAddress"),
                address(json, "httpAddress"));
    }

    private static @Nullable String address(JsonNode json, String field) {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString() || value.asString().length() > MAX_ADDRESS_LENGTH) {
            throw Problem.badRequest(
                    field + " must be a text of at most " + MAX_ADDRESS_LENGTH + " characters, as \"host:port\".");
        }
        String text = value.asString();
        try {
            return HostPort.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(field + " \"" + text + "\" " + e.getMessage() + ".");
        }
    }

    /** {@code {"add":[…],"promote":[…],"demote":[…],"remove":[…]}}; what is added is a node id, or a body as for one node. */
    static MemberRequest change(JsonNode json) {
        List<NodeAddresses> add = new ArrayList<>();
        List<Integer> promote = new ArrayList<>();
        List<Integer> demote = new ArrayList<>();
        List<Integer> remove = new ArrayList<>();
        for (String name : json.propertyNames()) {
            JsonNode values = json.get(name);
            if (!List.of("add", "promote", "demote", "remove").contains(name)) {
                throw Problem.badRequest("'" + name
                        + "' is not known; there are add, promote, demote and remove, each an array" + " of nodeIds.");
            }
            if (!values.isArray()) {
                throw Problem.badRequest("'" + name + "' must be an array of nodeIds.");
            }
            for (JsonNode value : values) {
                switch (name) {
                    case "add" ->
                        add.add(value.isObject() ? node(value) : NodeAddresses.unsaid(AdminRequest.nodeId(value)));
                    case "promote" -> promote.add(AdminRequest.nodeId(value));
                    case "demote" -> demote.add(AdminRequest.nodeId(value));
                    default -> remove.add(AdminRequest.nodeId(value));
                }
            }
        }
        Set<Integer> named = new HashSet<>(promote);
        named.addAll(demote);
        named.addAll(remove);
        add.forEach(node -> named.add(node.nodeId()));
        if (named.isEmpty() || named.size() != add.size() + promote.size() + demote.size() + remove.size()) {
            throw Problem.badRequest("the body must name at least one node, and none twice.");
        }
        return new MemberRequest(add, promote, demote, remove);
    }
}
