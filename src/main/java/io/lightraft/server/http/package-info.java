/** SQL over HTTP, in the forms that rqlite's clients speak, and the actuator's view of Raft. */
@NullMarked
package io.lightraft.server.http;

import org.jspecify.annotations.NullMarked;
