package io.lightraft.node;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a state machine tells of its state, so that replicas can be compared. Thread-safe. */
public interface StateHashes {

    /** Of a state machine that can't be compared. */
    StateHashes NONE = new StateHashes() {
        @Override
        public String engine() {
            return "";
        }

        @Override
        public @Nullable String outcomes(long index) {
            return null;
        }

        @Override
        public void onContent(BiConsumer<Long, String> listener) {}
    };

    /** Names what might compute otherwise elsewhere: the release of the database, the kind of processor. */
    String engine();

    /** Over what all entries up to this one did; null when it is not applied yet, or too long ago. */
    @Nullable
    String outcomes(long index);

    /** @param listener told, on a thread of the state machine's own, the hash of all content as of an index */
    void onContent(BiConsumer<Long, String> listener);
}
