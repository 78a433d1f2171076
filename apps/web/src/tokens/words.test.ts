import { PERMISSIONS, ROLES } from "@holdfast/contract";
import type { TokenView } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { GROUPS, permissionsInWords, standing } from "./words.ts";

const NOW = Date.UTC(2026, 10, 27);
const HOUR = 3_600_000;

const token = (fields: Partial<TokenView> = {}): TokenView => ({
	id: "0123456789abcdef",
	label: "chat",
	environments: null,
	permissions: ["settings.see"],
	addresses: null,
	previousUntil: null,
	createdAt: 0,
	createdBy: "Ann",
	expiresAt: null,
	revokedAt: null,
	lastUsedAt: null,
	...fields,
});

test("every permission is in one group, with words of its own", () => {
	const grouped = GROUPS.flatMap(({ words }) => Object.keys(words));
	expect(grouped.sort()).toEqual(Object.keys(PERMISSIONS).sort());
	const words = GROUPS.flatMap(({ words }) => Object.values(words));
	expect(new Set(words).size).toBe(words.length);
});

test("what a token may do is told in few words, and by the role where it is one's", () => {
	expect(permissionsInWords(["settings.reveal", "settings.see"])).toBe("See settings, read values");
	expect(permissionsInWords(["providers.use"])).toBe("Use AI");
	expect(permissionsInWords(["settings.see", "providers.use"])).toBe("See settings, use AI");
	expect(permissionsInWords(ROLES.editor)).toBe("All that an editor may");
	expect(permissionsInWords([...ROLES.owner].reverse())).toBe("All that an owner may");
	expect(permissionsInWords(ROLES.viewer)).toBe("See settings");
});

test("a token is active, about to end, rotating, expired or revoked, and what has ended stays so", () => {
	const word = (fields: Partial<TokenView>) => standing(token(fields), NOW).word;
	expect(word({})).toBe("Active");
	expect(word({ expiresAt: NOW + 30 * 24 * HOUR })).toBe("Active");
	expect(word({ expiresAt: NOW + 24 * HOUR })).toBe("Ends soon");
	expect(word({ expiresAt: NOW + 24 * HOUR, previousUntil: NOW + HOUR })).toBe("Rotating");
	expect(word({ previousUntil: NOW })).toBe("Active");
	expect(word({ expiresAt: NOW, previousUntil: NOW + HOUR })).toBe("Expired");
	expect(word({ revokedAt: NOW - HOUR, expiresAt: NOW, previousUntil: NOW + HOUR })).toBe("Revoked");
});
