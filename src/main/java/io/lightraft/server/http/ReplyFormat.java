package io.lightraft.server.http;

import java.io.OutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;

/**
 * How a client wants its results.
 *
 * @param timings with the seconds each result took
 * @param associative rows as objects instead of arrays
 * @param blobArray blobs as arrays of numbers instead of base64
 * @param pretty indented
 */
record ReplyFormat(boolean timings, boolean associative, boolean blobArray, boolean pretty) {

    /** Neither closes nor flushes the stream below: short replies then get a Content-Length, and can be taken back. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    static ReplyFormat of(QueryString query) {
        return new ReplyFormat(
                query.has("timings"), query.has("associative"), query.has("blob_array"), query.has("pretty"));
    }

    JsonGenerator generator(OutputStream out) {
        return JSON.createGenerator(pretty ? new Indented() : ObjectWriteContext.empty(), out);
    }

    private static final class Indented extends ObjectWriteContext.Base {

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }

        @Override
        public PrettyPrinter getPrettyPrinter() {
            DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
            return new DefaultPrettyPrinter(Separators.createDefaultInstance()
                            .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                            .withObjectEmptySeparator("")
                            .withArrayEmptySeparator(""))
                    .withObjectIndenter(indenter)
                    .withArrayIndenter(indenter);
        }
    }
}
