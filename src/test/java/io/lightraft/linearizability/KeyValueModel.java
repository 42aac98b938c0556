package io.lightraft.linearizability;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A text, empty at first, that can be read, replaced, and lengthened; with {@link #perKey()} a key-value store. */
public record KeyValueModel() implements Model<String, KeyValueModel.Input, String> {

    public sealed interface Input {}

    /** Answered with the text. */
    public record Get() implements Input {}

    /** Answered with an empty text. */
    public record Put(String value) implements Input {}

    /** Answered with an empty text. */
    public record Append(String suffix) implements Input {}

    @Override
    public String initial() {
        return "";
    }

    @Override
    public Optional<String> step(String state, Input input, @Nullable String output) {
        if (input instanceof Put put) {
            return Optional.of(put.value());
        }
        if (input instanceof Append append) {
            return Optional.of(state + append.suffix());
        }
        return output == null || output.equals(state) ? Optional.of(state) : Optional.empty();
    }

    @Override
    public boolean readOnly(Input input, @Nullable String output) {
        return input instanceof Get;
    }

    /** Unless it is replaced, a text only grows at its end. */
    @Override
    public boolean canLeadTo(String state, String answer) {
        return answer.startsWith(state);
    }

    @Override
    public boolean resets(Input input, String answer) {
        return input instanceof Put put && answer.startsWith(put.value());
    }
}
