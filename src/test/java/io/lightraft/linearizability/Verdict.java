package io.lightraft.linearizability;

/** What the checker says of a history. */
public enum Verdict {
    /** There is an order of the operations that explains every answer. */
    OK,
    /** There is none: every order was tried, or is worse than one that was. */
    NOT_LINEARIZABLE,
    /** None was found as far as the checker was allowed to look. */
    GAVE_UP
}
