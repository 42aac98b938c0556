/** One running replica: the event loop and its workers, proposals and their fate, linearizable reads. */
@NullMarked
package io.lightraft.node;

import org.jspecify.annotations.NullMarked;
