/** What a node keeps on disk for Raft: the log, the hard state, snapshot files. */
@NullMarked
package io.lightraft.storage;

import org.jspecify.annotations.NullMarked;
