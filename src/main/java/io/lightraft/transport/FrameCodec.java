package io.lightraft.transport;

import java.io.OutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Frames as lines of JSON in plain ASCII. The version of the format is told once, in a stream's head
 * ({@link StreamHead#PROTOCOL_VERSION}). Safe for use by several threads.
 */
public final class FrameCodec {

    /** A snapshot's member ids are three levels deep; nothing is deeper. */
    private static final int MAX_NESTING = 4;

    private final JsonFactory json;

    /** @param maxLineBytes no string in a line is longer than this; the line itself is bounded by who reads it */
    public FrameCodec(int maxLineBytes) {
        this.json = JsonFactory.builder()
                .recyclerPool(JsonRecyclerPools.threadLocalPool())
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_NESTING)
                        .maxStringLength(maxLineBytes)
                        .maxNameLength(64)
                        .maxNumberLength(20)
                        .build())
                .build();
    }

    /**
     * Writes the frame and a line feed.
     *
     * @throws IllegalArgumentException when the frame carries a message for the node's own workers
     */
    public void encode(Frame frame, OutputStream out) {
        try (JsonGenerator generator = json.createGenerator(ObjectWriteContext.empty(), out)) {
            new FrameWriter(generator).write(frame);
            generator.writeRaw('\n');
        }
    }

    /**
     * Reads a frame from a line, given without its line feed.
     *
     * @throws ProtocolException when the line is anything but a frame
     */
    public Frame decode(byte[] line, int offset, int length) throws ProtocolException {
        try (JsonParser parser = json.createParser(ObjectReadContext.empty(), line, offset, length)) {
            return new FrameReader(parser).read();
        } catch (JacksonException e) {
            throw new ProtocolException("a line that is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
