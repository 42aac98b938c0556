package io.lightraft.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How other threads ask the {@link EventLoop}, and what they get when it has ended. */
final class LoopCalls {

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final EventLoop loop;
    private final Supplier<String> stopReason;

    /** @param stopReason why the loop has ended, in words and without a full stop */
    LoopCalls(EventLoop loop, Supplier<String> stopReason) {
        this.loop = loop;
        this.stopReason = stopReason;
    }

    /**
     * @param question run on the loop, given the future that it sees to
     * @return fails with {@link ReplicaException.Stopped} when the loop has ended
     */
    <T> CompletableFuture<T> ask(String what, Consumer<CompletableFuture<T>> question) {
        CompletableFuture<T> future = new CompletableFuture<>();
        loop.post(
                what,
                () -> question.accept(future),
                () -> future.completeExceptionally(
                        new ReplicaException.Stopped(stopReason.get() + ". Nothing was done; use another node.")));
        return future;
    }

    /** Waits for a short answer; a loop that is busy or has ended is not waited for. */
    <T> T answer(String what, Supplier<T> question, T otherwise) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.post(what, () -> answer.complete(question.get()), () -> answer.complete(otherwise));
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException slow) {
            return otherwise;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return otherwise;
        }
    }
}
