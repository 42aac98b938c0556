/** Frames between nodes, as lines of JSON over long-lived HTTP requests. */
@NullMarked
package io.lightraft.transport;

import org.jspecify.annotations.NullMarked;
