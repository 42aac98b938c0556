/** lightraft.toml, and the Spring configuration that wires a node. */
@NullMarked
package io.lightraft.config;

import org.jspecify.annotations.NullMarked;
