package io.lightraft.server.http;

import io.lightraft.sql.Column;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * How the values of a column are written. The declared type decides, as it does in the driver below rqlite, whose
 * conversions its clients rely on: a boolean column's integers are true and false, dates are RFC 3339, and a blob in a
 * column of text, or in one without a type, is written as the text it may be. Only {@code blob_array} always shows
 * the bytes of a blob.
 */
final class ColumnFormat {

    private static final Set<String> TIMES = Set.of("date", "datetime", "timestamp");

    private final String name;
    private final String declaredType;
    private final boolean isBoolean;
    private final boolean isTime;
    private final boolean blobArray;
    private final boolean blobsAreText;

    ColumnFormat(Column column, boolean blobArray) {
        String type = column.declaredType();
        this.name = column.name();
        this.declaredType = type == null ? "" : type.toLowerCase(Locale.ROOT);
        this.isBoolean = declaredType.equals("boolean");
        this.isTime = TIMES.contains(declaredType);
        this.blobArray = blobArray;
        this.blobsAreText = !blobArray && isText(declaredType);
    }

    String name() {
        return name;
    }

    /** The declared type in lower case, or else the storage class of {@code first}, the column's first value. */
    String type(@Nullable Object first) {
        if (!declaredType.isEmpty()) {
            return declaredType;
        } else if (first instanceof Long) {
            return "integer";
        } else if (first instanceof Double) {
            return "real";
        } else if (first instanceof byte[]) {
            return blobsAreText ? "text" : "blob";
        }
        return first == null ? "" : "text";
    }

    void write(JsonGenerator json, @Nullable Object value) {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Long number) {
            write(json, number.longValue());
        } else if (value instanceof Double number) {
            json.writeNumber(number(number));
        } else if (value instanceof byte[] blob) {
            write(json, blob);
        } else {
            String text = value.toString();
            json.writeString(isTime ? Timestamps.ofText(text) : text);
        }
    }

    /**
     * A number of at most 17 digits; whole ones without a fraction. JSON has no infinity: a number too great for a
     * double, which is what SQLite itself prints, is read back as one by nearly every parser.
     */
    static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "9e999" : "-9e999";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        double magnitude = Math.abs(value);
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        return magnitude < 1e-6 || magnitude >= 1e21 ? shortest.toString().replace('E', 'e') : shortest.toPlainString();
    }

    private void write(JsonGenerator json, long number) {
        if (isBoolean) {
            json.writeBoolean(number > 0);
        } else if (isTime) {
            json.writeString(Timestamps.ofNumber(number));
        } else {
            json.writeNumber(number);
        }
    }

    private void write(JsonGenerator json, byte[] blob) {
        if (blobsAreText) {
            json.writeString(new String(blob, StandardCharsets.UTF_8));
        } else if (blobArray) {
            json.writeStartArray();
            for (byte b : blob) {
                json.writeNumber(b & 0xFF);
            }
            json.writeEndArray();
        } else {
            json.writeBinary(blob);
        }
    }

    private static boolean isText(String type) {
        return type.isEmpty()
                || type.equals("text")
                || type.equals("json")
                || Stream.of("varchar", "varying character", "nchar", "native character", "nvarchar", "clob")
                        .anyMatch(type::startsWith);
    }
}
