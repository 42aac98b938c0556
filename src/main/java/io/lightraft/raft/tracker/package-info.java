/** What a leader knows of its peers: how far each one's log matches and what may be sent to it. */
@NullMarked
package io.lightraft.raft.tracker;

import org.jspecify.annotations.NullMarked;
