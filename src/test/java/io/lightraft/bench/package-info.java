/** Benchmarks: programs to run by hand, never tests. */
@NullMarked
package io.lightraft.bench;

import org.jspecify.annotations.NullMarked;
