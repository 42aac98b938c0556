/**
 * Decides whether what clients saw is linearizable: {@link io.lightraft.linearizability.History} records it,
 * a {@link io.lightraft.linearizability.Model} says what the object does when it is used by one client at a time, and
 * {@link io.lightraft.linearizability.Checker} looks for an order of the operations that explains every answer.
 */
@NullMarked
package io.lightraft.linearizability;

import org.jspecify.annotations.NullMarked;
