package io.lightraft.transport;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a stream says about itself before its first line, as HTTP headers.
 *
 * @param from the sender's raft id
 * @param to the raft id of the node that the sender believes it talks to
 * @param epoch of two streams with the same incarnation the one with the higher epoch is the newer; it starts with the
 *     wall clock (microseconds), so that normally this holds across restarts too
 * @param incarnation names one run of the sending process
 */
record StreamHead(
        String clusterName, long from, long to, Lane lane, long epoch, UUID incarnation, String softwareVersion) {

    static final String PATH = "/raft/stream";
    static final String CONTENT_TYPE = "application/x-ndjson";
    /** The version of the line format. Raised with every change that an older node would misread. */
    static final int PROTOCOL_VERSION = 1;

    /** Of the answer to a node that is no member: how far the one that says so has applied the log. */
    static final String APPLIED = "Lightraft-Applied";

    static final String VERSION = "Lightraft-Protocol";
    private static final String CLUSTER = "Lightraft-Cluster";
    private static final String FROM = "Lightraft-From";
    private static final String TO = "Lightraft-To";
    private static final String LANE = "Lightraft-Lane";
    private static final String EPOCH = "Lightraft-Epoch";
    private static final String INCARNATION = "Lightraft-Incarnation";
    private static final String SOFTWARE = "Lightraft-Software";

    Map<String, String> toHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(VERSION, Integer.toString(PROTOCOL_VERSION));
        // A header can't carry every character that a name may hold.
        headers.put(CLUSTER, URLEncoder.encode(clusterName, StandardCharsets.UTF_8));
        headers.put(FROM, Long.toString(from));
        headers.put(TO, Long.toString(to));
        headers.put(LANE, lane.label());
        headers.put(EPOCH, Long.toString(epoch));
        headers.put(INCARNATION, incarnation.toString());
        headers.put(SOFTWARE, URLEncoder.encode(softwareVersion, StandardCharsets.UTF_8));
        return headers;
    }

    /**
     * @param header gives a header's value by its name
     * @throws RefusedException when the head lacks something, is malformed or of another version
     */
    static StreamHead of(Function<String, @Nullable String> header) throws RefusedException {
        checkVersion(header);
        String lane = required(header, LANE);
        try {
            return new StreamHead(
                    text(required(header, CLUSTER)),
                    Long.parseLong(required(header, FROM)),
                    Long.parseLong(required(header, TO)),
                    Lane.ofLabel(lane).orElseThrow(() -> malformed(LANE)),
                    Long.parseLong(required(header, EPOCH)),
                    UUID.fromString(required(header, INCARNATION)),
                    text(required(header, SOFTWARE)));
        } catch (IllegalArgumentException e) {
            throw malformed("a number, UUID or encoded name");
        }
    }

    /** Of a stream, or of a question beside the streams. */
    static void checkVersion(Function<String, @Nullable String> header) throws RefusedException {
        String version = required(header, VERSION);
        if (!version.equals(Integer.toString(PROTOCOL_VERSION))) {
            throw new RefusedException(
                    400,
                    "this node speaks version " + PROTOCOL_VERSION + " of the protocol between nodes, the sender "
                            + version.replaceAll("\\W", "?") + ": start the newer release on both");
        }
    }

    private static String required(Function<String, @Nullable String> header, String name) throws RefusedException {
        String value = header.apply(name);
        if (value == null || value.length() > 1000) {
            throw malformed(name);
        }
        return value;
    }

    /** Without control characters, as it goes to the log. */
    private static String text(String value) {
        return URLDecoder.decode(value, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(400, "this is no stream of a Lightraft node: bad header, " + what);
    }
}
