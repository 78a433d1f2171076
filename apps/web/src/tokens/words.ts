/** Service tokens in words: what each may do, and how it stands. */
import { type Permission, ROLES } from "@holdfast/contract";
import type { TokenView } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

/** The permissions by what they are about, each in as few words as a table has room for. */
export const GROUPS: ReadonlyArray<{ title: string; words: Partial<Record<Permission, string>> }> = [
	{
		title: "Settings",
		words: {
			"settings.see": "See settings",
			"settings.reveal": "Read values",
			"settings.write": "Save settings",
			"settings.remove": "Remove settings",
		},
	},
	{ title: "AI", words: { "providers.use": "Use AI" } },
	{
		title: "Environments",
		words: { "environments.write": "Change environments", "mirrors.write": "Choose files" },
	},
	{
		title: "Access",
		words: { "audit.see": "Read the audit log", "tokens.write": "Manage tokens", "members.write": "Manage people" },
	},
	{
		title: "The instance",
		words: {
			"system.see": "See its state",
			"system.write": "Choose what is kept",
			"backups.write": "Make backups",
			"keys.write": "Rotate keys",
		},
	},
];

const WORDS: Partial<Record<Permission, string>> = Object.assign({}, ...GROUPS.map(({ words }) => words));

/** "Read values" */
function permissionWord(permission: Permission): string {
	return WORDS[permission] ?? permission;
}

/** "See settings, read values"; where it is just what a role may, "All that an editor may". */
export function permissionsInWords(permissions: readonly Permission[]): string {
	// What a viewer may is a single word.
	const role = Object.entries(ROLES).find(([, all]) => all.length > 1 && isSame(all, permissions))?.[0];
	if (role) return `All that an ${role} may`;
	const ordered = Object.keys(WORDS).filter((each) => permissions.includes(each as Permission)) as Permission[];
	const [first = "", ...others] = ordered.map(permissionWord);
	return [first, ...others.map((word) => word.charAt(0).toLowerCase() + word.slice(1))].join(", ");
}

function isSame(a: readonly Permission[], b: readonly Permission[]): boolean {
	return a.length === new Set(b).size && a.every((each) => b.includes(each));
}

/** Whether a token is expired or revoked, for good. */
export function isEnded({ revokedAt, expiresAt }: TokenView, now: number): boolean {
	return revokedAt !== null || (expiresAt !== null && expiresAt <= now);
}

/** Whether the credential before the last rotation is still taken. */
export function isOverlapping(token: TokenView, now: number): boolean {
	return !isEnded(token, now) && token.previousUntil !== null && token.previousUntil > now;
}

/** An end that is nearer than this is pointed out. */
const SOON = 7 * 86_400_000;

export function standing(token: TokenView, now: number): Standing {
	if (token.revokedAt !== null) return { tone: "none", word: "Revoked" };
	if (isEnded(token, now)) return { tone: "none", word: "Expired" };
	if (isOverlapping(token, now)) return { tone: "ready", word: "Rotating" };
	if (token.expiresAt !== null && token.expiresAt - now < SOON) return { tone: "warn", word: "Ends soon" };
	return { tone: "ok", word: "Active" };
}

/** How long the credential before works on after a rotation, in minutes. */
export const OVERLAPS: ReadonlyArray<{ minutes: number; label: string }> = [
	{ minutes: 0, label: "none" },
	{ minutes: 60, label: "1 hour" },
	{ minutes: 1_440, label: "1 day" },
	{ minutes: 10_080, label: "7 days" },
];
export const OVERLAP_USUAL = 60;
