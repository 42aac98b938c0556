package io.lightraft.server.tcp;

import org.jspecify.annotations.Nullable;

/**
 * A line of input without its line break.
 *
 * @param text with replacement characters where bytes were no UTF-8
 * @param problem why the text must not be run, null when it may
 */
record Line(String text, @Nullable String problem) {}
