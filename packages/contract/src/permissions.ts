/**
 * Who may do what, in one table. `vault` looks up in it what every operation needs; the server does not load with a
 * procedure that has no row in PROCEDURES, so a new one cannot be forgotten.
 */

export const PERMISSIONS = {
	"settings.see": "see which settings exist, their source and their mask",
	"settings.write": "save settings",
	"settings.remove": "remove settings",
	"settings.reveal": "read the value of a secret",
	"environments.write": "create, rename and remove environments",
	"mirrors.write": "choose which .env files are kept, and how",
	"providers.use": "test keys, list models and chat",
	"audit.see": "read the audit log",
	"tokens.write": "create, list, rotate and revoke service tokens",
	"members.write": "see, invite, change and remove people",
	"system.see": "see the state of keys and backups",
	"system.write": "choose how long history and backups are kept",
	"backups.write": "make backups and prove them",
	"keys.write": "rotate keys and see the recovery kit",
} as const;

export type Permission = keyof typeof PERMISSIONS;

const VIEWER = ["settings.see"] as const;
const EDITOR = [...VIEWER, "settings.write", "settings.remove", "providers.use"] as const;
const ADMIN = [
	...EDITOR,
	"settings.reveal",
	"environments.write",
	"mirrors.write",
	"audit.see",
	"tokens.write",
	"members.write",
	"system.see",
	"system.write",
	"backups.write",
] as const;
const OWNER = [...ADMIN, "keys.write"] as const;

export const ROLES = { owner: OWNER, admin: ADMIN, editor: EDITOR, viewer: VIEWER } as const satisfies Record<
	string,
	readonly Permission[]
>;

export type Role = keyof typeof ROLES;

/** What is of the whole instance, and so only for whoever may do it in every environment. */
export const INSTANCE_WIDE: ReadonlySet<Permission> = new Set([
	"members.write",
	"system.see",
	"system.write",
	"backups.write",
	"keys.write",
]);

/**
 * What each procedure asks for. `public` needs no credential, `signed-in` any valid one; the rest names a permission,
 * which `vault` checks against the environment the request names.
 */
export const PROCEDURES = {
	health: "public",
	"session.me": "public",
	"session.openLink": "public",
	"session.list": "signed-in",
	"session.passkeys": "signed-in",
	"session.revoke": "signed-in",
	"session.revokeOthers": "signed-in",
	"session.disconnect": "signed-in",
	"settings.list": "settings.see",
	"settings.history": "settings.see",
	"settings.explain": "settings.see",
	"settings.watch": "settings.see",
	"settings.save": "settings.write",
	"settings.remove": "settings.remove",
	"settings.restore": "settings.write",
	"settings.reveal": "settings.reveal",
	"settings.hydrate": "settings.reveal",
	"settings.previewImport": "settings.write",
	"settings.import": "settings.write",
	"settings.export": "settings.reveal",
	"environments.list": "settings.see",
	"environments.create": "environments.write",
	"environments.rename": "environments.write",
	"environments.remove": "environments.write",
	"workers.list": "settings.see",
	"workers.report": "settings.see",
	"workers.remove": "settings.see",
	"mirrors.status": "settings.see",
	"mirrors.diff": "settings.see",
	"mirrors.sync": "settings.write",
	"mirrors.resolve": "settings.write",
	"mirrors.configure": "mirrors.write",
	"providers.list": "settings.see",
	"providers.test": "providers.use",
	"providers.models": "providers.use",
	"chat.send": "providers.use",
	"audit.list": "audit.see",
	"backups.list": "system.see",
	"backups.create": "backups.write",
	"backups.drill": "backups.write",
	"people.list": "members.write",
	"people.update": "members.write",
	"people.remove": "members.write",
	"people.invite": "members.write",
	"people.links": "members.write",
	"people.revokeLink": "members.write",
	"people.resetLink": "members.write",
	"people.resetTwoFactor": "members.write",
	"people.signOut": "members.write",
	"people.leave": "signed-in",
	"tokens.create": "tokens.write",
	"tokens.list": "tokens.write",
	"tokens.rotate": "tokens.write",
	"tokens.revoke": "tokens.write",
	"system.status": "system.see",
	"system.doctor": "system.see",
	"keys.kit": "keys.write",
	"keys.confirmKit": "keys.write",
	"keys.rotate": "keys.write",
	"keys.resume": "keys.write",
	"system.configure": "system.write",
} as const satisfies Record<string, Permission | "public" | "signed-in">;

export type ProcedurePath = keyof typeof PROCEDURES;

/** The procedures that need a permission. */
export type GuardedPath = {
	[path in ProcedurePath]: (typeof PROCEDURES)[path] extends Permission ? path : never;
}[ProcedurePath];

/** How long a proof of who someone is counts for what asks for one, in milliseconds. */
export const PROOF_LASTS = 10 * 60 * 1000;

/**
 * What a person, signed in with a browser, is asked for a proof of again: whatever gives a secret away, or access to one.
 * Service tokens and the command line prove themselves with each call.
 */
export const PROVEN: ReadonlySet<ProcedurePath> = new Set([
	"settings.reveal",
	"settings.export",
	"settings.hydrate",
	"session.disconnect",
	"people.update",
	"people.remove",
	"people.invite",
	"people.resetLink",
	"people.resetTwoFactor",
	"people.leave",
	"tokens.create",
	"tokens.rotate",
	"keys.kit",
	"keys.confirmKit",
	"keys.rotate",
] satisfies ProcedurePath[]);

/** The same of acts with one's own account that are no procedures, since they send a password, or are answered by a browser. */
export const PROVEN_ACTS = [
	"session.setPassword",
	"session.connect",
	"session.enableTwoFactor",
	"session.disableTwoFactor",
	"session.recoveryCodes",
	"session.addPasskey",
	"session.removePasskey",
] as const;

export type ProvenAct = (typeof PROVEN_ACTS)[number];

export function isProvenAct(action: string | undefined): action is ProvenAct {
	return (PROVEN_ACTS as readonly (string | undefined)[]).includes(action);
}
