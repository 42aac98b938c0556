package io.lightraft.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the node has to do next.
 *
 * <p>With asynchronous storage writes everything to persist and to apply is also in {@code messages}, as
 * {@link Message.StorageAppend} and {@link Message.StorageApply}; these and the messages to peers go out at once, and
 * the other fields are only to look at (but {@code softState} and {@code readStates} are only here). Without them the
 * order is: install {@code snapshot}, persist {@code entries} and {@code hardState}, send {@code messages}, apply
 * {@code committedEntries}, then {@link Raft#advance}.
 *
 * @param softState null when it did not change
 * @param hardState null when it did not change
 * @param snapshot null when there is none to install
 * @param mustSync whether {@code hardState} and {@code entries} must be on disk before anything else goes on; a commit
 *     index alone need not be
 */
public record Ready(
        @Nullable SoftState softState,
        @Nullable HardState hardState,
        List<ReadState> readStates,
        List<Entry> entries,
        @Nullable Snapshot snapshot,
        List<Entry> committedEntries,
        List<Message> messages,
        boolean mustSync) {}
