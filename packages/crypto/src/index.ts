/** Sealing, the keys above it, keyed digests, and the mathematics of a log. Bytes in, bytes out. */
export * from "./bridge.ts";
export * from "./checkpoint.ts";
export * from "./data-key.ts";
export * from "./envelope.ts";
export * from "./fingerprint.ts";
export * from "./merkle.ts";
export * from "./merkle-hash.ts";
export * from "./merkle-verify.ts";
export * from "./passphrase.ts";
export * from "./recovery-code.ts";
export * from "./recovery-kit.ts";
export * from "./root-key.ts";
export * from "./signed-note.ts";
export * from "./totp.ts";
