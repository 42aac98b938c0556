/** What operators do to a node over HTTP. */
@NullMarked
package io.lightraft.server.admin;

import org.jspecify.annotations.NullMarked;
