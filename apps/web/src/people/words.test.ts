import { expect, test } from "vitest";
import { endedTokens, listed, roleInWords, waysIn } from "./words.ts";

test("a role is said with where it is less", () => {
	expect(roleInWords("editor", null)).toBe("Editor");
	expect(roleInWords("editor", { production: "viewer" })).toBe("Editor; viewer in production");
	expect(roleInWords("admin", { production: "viewer", staging: "viewer", live: "none" })).toBe(
		"Admin; viewer in production and staging, nothing in live",
	);
	expect(roleInWords("admin", { production: "none", "*": "editor" })).toBe(
		"Admin; nothing in production, editor elsewhere",
	);
	expect(roleInWords("editor", { staging: "editor", "*": "viewer" })).toBe("Editor in staging; viewer elsewhere");
	expect(roleInWords("editor", { "*": "viewer" })).toBe("Editor; viewer everywhere");
});

test("what is narrowed to more than the role is the role", () => {
	expect(roleInWords("viewer", { production: "admin" })).toBe("Viewer");
});

test("each way to sign in is named", () => {
	const none = { password: false, oidc: false, twoFactor: false, passkeys: 0 };
	expect(waysIn(none, null)).toEqual([]);
	expect(waysIn({ ...none, password: true }, null)).toEqual(["Password"]);
	expect(waysIn({ password: true, oidc: true, twoFactor: true, passkeys: 1 }, "Acme")).toEqual([
		"Password and code",
		"1 passkey",
		"Acme",
	]);
	expect(waysIn({ ...none, oidc: true, passkeys: 2 }, null)).toEqual(["2 passkeys", "Single sign-on"]);
});

test("lists read as sentences", () => {
	expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual([
		"",
		"a",
		"a and b",
		"a, b and c",
	]);
	expect([endedTokens([]), endedTokens(["ci"]), endedTokens(["ci", "nightly"])]).toEqual([
		"",
		" The token ci ended with it.",
		" The tokens ci and nightly ended with it.",
	]);
});
