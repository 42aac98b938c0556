/** The consensus core: messages and ticks in, effects out. No clock, thread, randomness, logger or I/O. */
@NullMarked
package io.lightraft.raft;

import org.jspecify.annotations.NullMarked;
