package io.lightraft.transport;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.IntSupplier;

/**
 * Keeps the two ports apart, which lead to the same servlets: {@code /raft} on the rpc port only, everything else on
 * the others only. What is not there is answered 404. Belongs before all other filters.
 */
public final class RpcPortFilter implements Filter {

    private static final String RPC_PATH = "/raft";

    private final IntSupplier rpcPort;

    /** @param rpcPort the port that the rpc connector listens on, asked for at each request */
    public RpcPortFilter(IntSupplier rpcPort) {
        this.rpcPort = rpcPort;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean forwarded = request.getDispatcherType() != DispatcherType.REQUEST;
        // The local port, as the server port comes from the Host header.
        boolean onRpcPort = request.getLocalPort() == rpcPort.getAsInt();
        if (forwarded || isRpc((HttpServletRequest) request) == onRpcPort) {
            chain.doFilter(request, response);
        } else {
            // Not sendError, whose error page would be a request of its own.
            ((HttpServletResponse) response).setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    /** By the path as servlets are chosen: "/raft/../db" and "/raft;x/stream" are what they lead to. */
    private static boolean isRpc(HttpServletRequest request) {
        String info = request.getPathInfo();
        String path = info == null ? request.getServletPath() : request.getServletPath() + info;
        return path.equals(RPC_PATH) || path.startsWith(RPC_PATH + "/");
    }
}
