package io.lightraft.config;

import io.lightraft.node.Member;
import io.lightraft.transport.Peer;

/**
 * A {@code [[nodes]]} block: what the node listens on, and where others reach it.
 *
 * @param index counts the blocks of the file from 0
 * @param client what nc connects to
 * @param rpc what other nodes connect to
 * @param http SQL over HTTP, admin, actuator
 * @param advertisedRpc where peers reach {@code rpc}; never a wildcard in a cluster of several nodes
 * @param advertisedHttp where others reach {@code http}
 */
public record NodeConfig(
        int index, Endpoint client, Endpoint rpc, Endpoint http, Endpoint advertisedRpc, Endpoint advertisedHttp) {

    public Member member() {
        Endpoint reachableClient = client.isWildcard() ? new Endpoint(advertisedRpc.host(), client.port()) : client;
        return new Member(index, reachableClient.toString(), advertisedRpc.toString(), advertisedHttp.toString());
    }

    public Peer peer() {
        return new Peer(index + 1L, advertisedRpc.host(), advertisedRpc.port());
    }
}
