package io.lightraft.node;

/** Lengths of the state's file before and after it was written afresh. */
public record FileSizes(long bytesBefore, long bytesAfter) {}
