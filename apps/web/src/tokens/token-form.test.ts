import { accessIn, accessOf } from "@holdfast/contract";
import { expect, test } from "vitest";
import { asked, daysOf, givable, mayGiveEverywhere, offered, type TokenForm, tokenForm } from "./token-form.ts";

const OWNER = accessOf("owner", null);
/** An admin who may only look at production. */
const NARROWED = accessOf("admin", { production: "viewer" });

const typed = (fields: Partial<TokenForm> = {}): TokenForm => ({
	label: "chat",
	everywhere: false,
	environments: ["default"],
	permissions: ["settings.see"],
	expiry: "quarter",
	date: "",
	addresses: "",
	...fields,
});

/** What is said of each field that is wrong. */
function said(fields: Partial<TokenForm>, access = OWNER): Record<string, string> {
	const { error } = tokenForm(access).safeParse(typed(fields));
	return Object.fromEntries(error?.issues.map(({ path, message }) => [path.join("."), message]) ?? []);
}

test("only what the maker may do there is offered", () => {
	expect(mayGiveEverywhere(OWNER)).toBe(true);
	expect(mayGiveEverywhere(NARROWED)).toBe(false);
	expect(givable(NARROWED, ["default", "production", "staging"])).toEqual(["default", "staging"]);
	expect(offered(OWNER, { everywhere: true, environments: [] })).toContain("keys.write");
	expect(offered(OWNER, { everywhere: false, environments: ["default"] })).not.toContain("keys.write");
	expect(offered(NARROWED, { everywhere: false, environments: ["staging"] })).toContain("settings.reveal");
	expect(offered(NARROWED, { everywhere: false, environments: ["production"] })).toEqual(["settings.see"]);
	const few = accessIn(["settings.see", "tokens.write"], ["default"]);
	expect(offered(few, { everywhere: false, environments: ["default"] })).toEqual(["settings.see", "tokens.write"]);
});

test("what was chosen before and is offered no more is not asked for", () => {
	const wanted = typed({ permissions: ["settings.see", "keys.write"] });
	expect(asked(OWNER, wanted)).toEqual({
		label: "chat",
		permissions: ["settings.see"],
		environments: ["default"],
		days: 90,
	});
	expect(asked(OWNER, { ...wanted, everywhere: true, expiry: "never", addresses: "10.0.0.0/8, ::1" })).toEqual({
		label: "chat",
		permissions: ["settings.see", "keys.write"],
		addresses: ["10.0.0.0/8", "::1"],
	});
	expect(said({ permissions: ["keys.write"] })).toEqual({ permissions: "Choose at least one." });
});

test("each field says what is wrong with it", () => {
	expect(said({})).toEqual({});
	expect(said({ label: " ", environments: [] })).toMatchObject({ label: "Enter what it is for." });
	expect(said({ environments: [] })).toEqual({ environments: "Choose at least one." });
	expect(said({ environments: [], everywhere: true })).toEqual({});
	expect(said({ addresses: "10.0.0.5  2001:db8::/32,192.168.1.0/24" })).toEqual({});
	expect(said({ addresses: "10.0.0.5, ai.lan" }).addresses).toMatch(/^ai\.lan is no address or range/);
	expect(said({ addresses: "10.0.0.0/33" }).addresses).toMatch(/^10\.0\.0\.0\/33 is no/);
	expect(said({ addresses: Array(51).fill("::1").join(" ") }).addresses).toBe("Use at most 50.");
	expect(said({ expiry: "date" })).toEqual({ date: "Enter a date." });
	expect(said({ expiry: "date", date: "2020-01-01" })).toEqual({ date: "Choose a day after today." });
	expect(said({ expiry: "date", date: "2999-01-01" }).date).toMatch(/ten years/);
	expect(said({ expiry: "never", date: "2020-01-01" })).toEqual({});
});

test("a date is as many days away as the calendar says", () => {
	const late = new Date(2026, 10, 27, 23, 59).getTime();
	expect(daysOf({ expiry: "date", date: "2026-11-28" }, late)).toBe(1);
	expect(daysOf({ expiry: "date", date: "2027-11-27" }, late)).toBe(365);
	expect(daysOf({ expiry: "date", date: "" }, late)).toBeNull();
	expect(daysOf({ expiry: "never", date: "2026-11-28" }, late)).toBeNull();
});
