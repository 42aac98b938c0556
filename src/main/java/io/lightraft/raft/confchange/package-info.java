/** Membership changes: their data, their encoding, and how a configuration follows from the one before (Raft §6). */
@NullMarked
package io.lightraft.raft.confchange;

import org.jspecify.annotations.NullMarked;
