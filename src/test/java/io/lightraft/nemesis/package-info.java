/**
 * Real processes on a real network of their own, which are killed, frozen and cut off while clients write and read; then
 * what the clients saw is checked.
 */
@NullMarked
package io.lightraft.nemesis;

import org.jspecify.annotations.NullMarked;
