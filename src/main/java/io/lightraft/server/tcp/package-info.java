/** The query listener that people reach with nc. */
@NullMarked
package io.lightraft.server.tcp;

import org.jspecify.annotations.NullMarked;
