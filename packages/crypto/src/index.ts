/** Sealing, the keys above it, and keyed digests. Bytes in, bytes out. */
export * from "./data-key.ts";
export * from "./envelope.ts";
export * from "./fingerprint.ts";
export * from "./root-key.ts";
