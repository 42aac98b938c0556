package io.lightraft.cluster;

/** What a client was told of its write. */
enum Outcome {
    DONE,
    NOT_DONE,
    UNKNOWN
}
