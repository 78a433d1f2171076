import { accessOf, type Narrowed, type Narrowing, type Role, roleIn } from "@holdfast/contract";
import { expect, test } from "vitest";
import { choiceOf, chosenIn, givableRoles, narrowedOf, narrowingsOf, withRoleIn } from "./role-choice.ts";

const NAMES = ["default", "production"];
const ROLES: readonly Role[] = ["admin", "editor", "viewer"];
/** Every way to narrow a role in these environments and elsewhere. */
const EVERY: readonly Narrowed[] = [...NAMES, "*"].reduce<Narrowed[]>(
	(all, name) => all.flatMap((one) => [one, ...narrowingsOf("owner").map((there) => ({ ...one, [name]: there }))]),
	[{}],
);

const rolesIn = (role: Role, narrowed: Narrowed | null) =>
	[...NAMES, "later"].map((name): Narrowing => roleIn(role, narrowed, name));

test("a choice in which nothing was changed comes to the same role everywhere, also where there is no environment yet", () => {
	for (const role of ROLES) {
		for (const narrowed of EVERY) {
			const sent = narrowedOf(choiceOf(role, narrowed, NAMES), NAMES);
			expect(rolesIn(role, sent), JSON.stringify({ role, narrowed, sent })).toEqual(rolesIn(role, narrowed));
		}
	}
});

test("what is chosen for an environment is what they have there, and changes no other", () => {
	for (const role of ROLES) {
		for (const narrowed of EVERY) {
			const before = choiceOf(role, narrowed, NAMES);
			const [, production, later] = rolesIn(role, narrowed);
			for (const there of narrowingsOf(role)) {
				const sent = narrowedOf({ ...withRoleIn(before, "default", there), isLess: true }, NAMES);
				expect(rolesIn(role, sent), JSON.stringify({ role, narrowed, sent })).toEqual([there, production, later]);
			}
		}
	}
});

test("another role leaves what is less, where that is less than it, and moves the rest along", () => {
	const editor = choiceOf("editor", { production: "viewer" }, NAMES);
	expect(narrowedOf({ ...editor, role: "admin" }, NAMES)).toEqual({ production: "viewer" });
	expect(chosenIn({ ...editor, role: "admin" }, "default")).toBe("admin");
	expect(narrowedOf({ ...editor, role: "viewer" }, NAMES)).toBeNull();
	expect(narrowedOf({ ...editor, role: "owner" }, NAMES)).toBeNull();
	expect(narrowedOf({ ...editor, isLess: false }, NAMES)).toBeNull();
});

test("only roles that may be given are offered", () => {
	expect(givableRoles(accessOf("owner", null))).toEqual(["owner", "admin", "editor", "viewer"]);
	expect(givableRoles(accessOf("admin", null))).toEqual(["editor", "viewer"]);
	expect(narrowingsOf("editor")).toEqual(["editor", "viewer", "none"]);
});
