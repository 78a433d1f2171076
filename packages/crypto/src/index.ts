/** Sealing, the keys above it, and keyed digests. Bytes in, bytes out. */
export * from "./bridge.ts";
export * from "./data-key.ts";
export * from "./envelope.ts";
export * from "./fingerprint.ts";
export * from "./passphrase.ts";
export * from "./recovery-kit.ts";
export * from "./root-key.ts";
