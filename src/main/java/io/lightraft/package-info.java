/** Lightraft's entry point. The packages below it and what they may know of each other: ARCHITECTURE.md. */
@NullMarked
package io.lightraft;

import org.jspecify.annotations.NullMarked;
