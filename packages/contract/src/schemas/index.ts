/** The shapes of every procedure's input and output, one description each; all types are inferred from them. */
export * from "./access.ts";
export * from "./audit.ts";
export * from "./backups.ts";
export * from "./chat.ts";
export * from "./environments.ts";
export * from "./keys.ts";
export * from "./links.ts";
export * from "./mirrors.ts";
export * from "./people.ts";
export * from "./providers.ts";
export * from "./sessions.ts";
export * from "./settings.ts";
export * from "./system.ts";
export * from "./transfer.ts";
export * from "./workers.ts";
