import fc from "fast-check";
import { expect, test } from "vitest";
import { INSTANCE_WIDE, PERMISSIONS, type Permission, ROLES, type Role } from "./permissions.ts";
import { accessIn, accessOf, lesser, may, mayEverywhere, mayWithin, type Narrowed, roleIn } from "./roles.ts";

const EVERY = Object.keys(PERMISSIONS) as Permission[];
const role = fc.constantFrom(...(Object.keys(ROLES) as Role[]));
const name = fc.constantFrom("default", "staging", "production", "live");
const narrowed = fc.dictionary(
	fc.constantFrom("default", "staging", "production", "*"),
	fc.constantFrom(...(Object.keys(ROLES) as Role[]), "none" as const),
) as fc.Arbitrary<Narrowed>;
const permission = fc.constantFrom(...EVERY);

test("a narrowed role never has more than the role, anywhere", () => {
	fc.assert(
		fc.property(role, narrowed, name, permission, (given, less, environment, wanted) => {
			const [whole, part] = [accessOf(given, null), accessOf(given, less)];
			if (may(part, wanted, environment)) expect(may(whole, wanted, environment)).toBe(true);
			if (mayEverywhere(part, wanted)) expect(may(part, wanted, environment)).toBe(true);
		}),
	);
});

test("in an environment someone may do what their role there says, and that of all others where it is not named", () => {
	fc.assert(
		fc.property(role, narrowed, name, permission, (given, less, environment, wanted) => {
			const there = roleIn(given, less, environment);
			const held: readonly Permission[] = there === "none" ? [] : ROLES[there];
			expect(may(accessOf(given, less), wanted, environment)).toBe(held.includes(wanted));
		}),
	);
	expect(roleIn("admin", { production: "viewer", "*": "editor" }, "production")).toBe("viewer");
	expect(roleIn("admin", { production: "viewer", "*": "editor" }, "staging")).toBe("editor");
	expect(roleIn("viewer", { production: "owner" }, "production")).toBe("viewer");
});

test("what is of the whole instance is for whoever may do it everywhere, the rest for whoever may anywhere", () => {
	fc.assert(
		fc.property(role, narrowed, permission, (given, less, wanted) => {
			const access = accessOf(given, less);
			const places = ["default", "staging", "production", "live"].map((each) => may(access, wanted, each));
			const expected = INSTANCE_WIDE.has(wanted) ? places.every(Boolean) : places.some(Boolean);
			expect(may(access, wanted, null)).toBe(expected);
		}),
	);
});

test("whoever is narrowed in one environment is no administrator of the instance", () => {
	const admin = accessOf("admin", { production: "viewer" });
	expect([may(admin, "members.write", null), may(admin, "environments.write", "staging")]).toEqual([false, true]);
	expect(may(accessOf("admin", { production: "admin" }), "members.write", null)).toBe(true);
});

test("a token limited to environments reaches those alone, and can be given by who has all of it there", () => {
	const limited = accessIn(["settings.see", "system.see"], ["staging"]);
	expect(["staging", "production"].map((each) => may(limited, "settings.see", each))).toEqual([true, false]);
	expect([may(limited, "settings.see", null), may(limited, "system.see", null)]).toEqual([true, false]);
	const editor = accessOf("editor", { production: "viewer" });
	expect(mayWithin(editor, "settings.write", ["staging"])).toBe(true);
	expect(mayWithin(editor, "settings.write", ["staging", "production"])).toBe(false);
	expect(mayWithin(editor, "settings.write", null)).toBe(false);
});

test("a word that is no role is the least there is", () => {
	expect(["root", "", "__proto__", "constructor"].map((word) => lesser("owner", word))).toEqual(Array(4).fill("none"));
	for (const word of ["root", "constructor", "none"])
		expect(may(accessOf(word, null), "settings.see", null)).toBe(false);
	expect(may(accessOf("owner", { constructor: "none" } as unknown as Narrowed), "settings.see", "toString")).toBe(true);
});
