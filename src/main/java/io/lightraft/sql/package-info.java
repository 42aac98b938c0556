/** SQLite as a replicated state machine, and the sessions that use it. */
@NullMarked
package io.lightraft.sql;

import org.jspecify.annotations.NullMarked;
