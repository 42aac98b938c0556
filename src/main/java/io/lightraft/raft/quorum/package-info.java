/** What it takes to have a majority, in a simple and in a joint configuration (Raft §6). */
@NullMarked
package io.lightraft.raft.quorum;

import org.jspecify.annotations.NullMarked;
