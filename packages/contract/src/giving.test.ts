import { expect, test } from "vitest";
import { isAbove, refusalToGive } from "./giving.ts";
import { ROLES, type Role } from "./permissions.ts";
import { type Access, accessIn, accessOf, type Narrowed } from "./roles.ts";

const given = (access: Access, narrowed: Narrowed | null = null) =>
	(Object.keys(ROLES) as Role[]).filter((role) => refusalToGive(access, { role, narrowed }) === null);

test("an owner makes and manages everyone, an administrator whoever manages nobody", () => {
	expect(given(accessOf("owner", null))).toEqual(["owner", "admin", "editor", "viewer"]);
	expect(given(accessOf("admin", null))).toEqual(["editor", "viewer"]);
	expect(given(accessOf("admin", null), { production: "none" })).toEqual(["editor", "viewer"]);
	expect((["owner", "admin", "editor"] as const).map((role) => isAbove(accessOf("admin", null), role))).toEqual([
		false,
		false,
		true,
	]);
});

test("whoever has a role in some environments alone gives it in those alone, and manages nobody of it", () => {
	const narrowed = accessOf("admin", { production: "viewer" });
	expect(given(narrowed)).toEqual(["viewer"]);
	expect(isAbove(narrowed, "editor")).toBe(false);
	expect(given(accessIn(ROLES.owner, ["default"]))).toEqual([]);
});
