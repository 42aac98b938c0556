/** What changes the cluster, over HTTP: everything under {@code /admin}. */
@NullMarked
package io.lightraft.server.admin;

import org.jspecify.annotations.NullMarked;
