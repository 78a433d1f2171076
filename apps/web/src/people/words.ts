/** People in words: what each may do and where, and how they sign in. */
import { ELSEWHERE, type Narrowed, type Narrowing, type Role, roleIn } from "@holdfast/contract";
import type { LinkView, PersonView, SignsInBy } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

/** Each role, and what it comes to. */
export const ROLE_WORDS: Readonly<Record<Role, { title: string; about: string }>> = {
	owner: { title: "Owner", about: "May do everything, and alone rotates keys and manages owners and admins." },
	admin: {
		title: "Admin",
		about: "Reads values, and manages environments, tokens, backups, and people below their own role.",
	},
	editor: { title: "Editor", about: "Saves and removes settings, and uses AI. Reads no saved secret." },
	viewer: { title: "Viewer", about: "Sees which settings there are, masked." },
};

/** "Viewer"; "Nothing" for no role at all. */
export function narrowingWord(narrowing: Narrowing): string {
	return narrowing === "none" ? "Nothing" : ROLE_WORDS[narrowing].title;
}

/** "Editor; viewer in production", "Admin in staging; viewer in production, nothing elsewhere". */
export function roleInWords(role: Role, narrowed: Narrowed | null): string {
	const names = Object.keys(narrowed ?? {}).filter((name) => name !== ELSEWHERE);
	const elsewhere = roleIn(role, narrowed, ELSEWHERE);
	const whole = names.filter((name) => elsewhere !== role && roleIn(role, narrowed, name) === role);
	const less = Map.groupBy(
		names.filter((name) => roleIn(role, narrowed, name) !== role),
		(name) => roleIn(role, narrowed, name),
	);
	const parts = [...less].map(([narrowing, places]) => `${lower(narrowing)} in ${listed(places)}`);
	if (elsewhere !== role) parts.push(`${lower(elsewhere)} ${names.length === 0 ? "everywhere" : "elsewhere"}`);
	const head = ROLE_WORDS[role].title + (whole.length > 0 ? ` in ${listed(whole)}` : "");
	return [head, ...(parts.length > 0 ? [parts.join(", ")] : [])].join("; ");
}

function lower(narrowing: Narrowing): string {
	return narrowingWord(narrowing).toLowerCase();
}

/** "a", "a and b", "a, b and c" */
export function listed(words: readonly string[]): string {
	return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** "Password and code", "2 passkeys", each a way of its own. `provider`: what the one of OpenID Connect is called. */
export function waysIn({ password, oidc, twoFactor, passkeys }: SignsInBy, provider: string | null): string[] {
	return [
		...(password ? [twoFactor ? "Password and code" : "Password"] : []),
		...(passkeys > 0 ? [counted(passkeys, "passkey")] : []),
		...(oidc ? [provider ?? "Single sign-on"] : []),
	];
}

/** "1 session", "2 sessions" */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a link is: "Invitation: Editor; viewer in production". */
export function linkInWords({ role, narrowed }: Pick<LinkView, "role" | "narrowed">): string {
	return role === null ? "Password reset" : `Invitation: ${roleInWords(role, narrowed)}`;
}

export const LINK_STATES: Readonly<Record<LinkView["state"], Standing>> = {
	open: { tone: "ready", word: "Open" },
	void: { tone: "warn", word: "Void" },
	used: { tone: "ok", word: "Used" },
	revoked: { tone: "none", word: "Revoked" },
	expired: { tone: "none", word: "Expired" },
};

/** Whether a link may still be used, or could be once more when its maker has the right again. */
export function isPending({ state }: Pick<LinkView, "state">): boolean {
	return state === "open" || state === "void";
}

/** What is said of tokens that went along: " The tokens ci and nightly ended with it." */
export function endedTokens(labels: readonly string[]): string {
	if (labels.length === 0) return "";
	return ` ${labels.length === 1 ? "The token" : "The tokens"} ${listed(labels)} ended with it.`;
}

/** Whether there is something that a reset of second factors takes away. */
export function hasFactors({ twoFactor, passkeys }: Pick<PersonView, "twoFactor" | "passkeys">): boolean {
	return twoFactor || passkeys > 0;
}
