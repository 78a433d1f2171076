/** The vault: each noun is a set of functions that take the vault, the caller and the procedure's input. */
export {
	type Actor,
	anonymous,
	authorize,
	authorizePerson,
	type Caller,
	deny,
	localCaller,
	readNarrowed,
	userCaller,
} from "./access.ts";
export * as audit from "./audit.ts";
export * as backups from "./backups.ts";
export * as environments from "./environments.ts";
export * as factors from "./factors.ts";
export { findings } from "./findings.ts";
export * as keys from "./keys.ts";
export * as links from "./links.ts";
export * as mirrors from "./mirrors.ts";
export * as passkeys from "./passkeys.ts";
export * as people from "./people.ts";
export { type Restored, restore } from "./restore.ts";
export { moveRootKey } from "./root-key-place.ts";
export * as sessions from "./sessions.ts";
export * as settings from "./settings.ts";
export * as system from "./system.ts";
export * as tokens from "./tokens.ts";
export * as transfer from "./transfer.ts";
export { openVault, type Step, type Vault, type VaultOptions } from "./vault.ts";
export * as workers from "./workers.ts";
