package io.lightraft.sql;

import org.jspecify.annotations.Nullable;

/**
 * A column of a result.
 *
 * @param declaredType as in CREATE TABLE, null for an expression
 */
public record Column(String name, @Nullable String declaredType) {}
