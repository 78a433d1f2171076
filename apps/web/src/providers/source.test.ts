import type { Layer, SettingView } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { afterRemoval, changeAdvice, sourceWords, valueFor } from "./source.ts";

const layer = (source: Layer["source"], place: string | null = null): Layer => ({
	source,
	place,
	shown: "••••abcd",
	version: null,
});

const view = (environment: string, effective: Layer | null, shadows: Layer[] = [], version = 1): SettingView => ({
	name: "GOOGLE_API_KEY",
	secret: true,
	environment,
	version,
	personalVersion: 0,
	effective,
	shadows,
	savedAt: null,
	savedBy: null,
	problem: null,
});

test("says the same layer differently from default and from an environment that inherits", () => {
	expect(sourceWords(layer("default"), "default")).toBe("Saved in default");
	expect(sourceWords(layer("default"), "production")).toBe("Inherited from default");
	expect(sourceWords(layer("environment", "production"), "production")).toBe("Saved in production");
	expect(sourceWords(layer("file", ".env.production"), "production")).toBe("From .env.production");
});

test("after a removal the strongest other place applies", () => {
	const shell = layer("process");
	expect(afterRemoval(view("default", layer("default"), [shell, layer("file")]))).toBe(shell);
	expect(afterRemoval(view("default", layer("environment", "default")))).toBeNull();
	const inherited = layer("default");
	expect(afterRemoval(view("production", layer("environment", "production"), [inherited]))).toBe(inherited);
});

test("a personal value still applies after the shared one is removed", () => {
	const mine = layer("personal");
	expect(afterRemoval(view("default", mine, [layer("default")]))).toBe(mine);
});

test("after one's own value is removed the shared one applies, and before that it is what everyone else has", () => {
	const [mine, shared] = [layer("personal"), layer("default")];
	const both = { ...view("default", mine, [shared]), personalVersion: 4 };
	expect(afterRemoval(both, "personal")).toBe(shared);
	expect(valueFor(both, "personal")).toEqual({ layer: mine, version: 4, damaged: false });
	expect(valueFor(both, "shared")).toEqual({ layer: shared, version: 1, damaged: false });
	expect(valueFor(view("default", shared), "personal")).toEqual({ layer: null, version: 0, damaged: false });
});

test("a value that does not open is its owner's alone", () => {
	const broken = { ...layer("personal"), shown: null };
	const mine = { ...view("default", broken, [layer("default")]), problem: "VALUE_DAMAGED" as const };
	expect([valueFor(mine, "personal").damaged, valueFor(mine, "shared").damaged]).toEqual([true, false]);
	const shared = { ...view("default", layer("personal"), [{ ...layer("default"), shown: null }]) };
	expect([valueFor(shared, "personal").damaged, valueFor(shared, "shared").damaged]).toEqual([false, true]);
});

test("advises by what applies", () => {
	expect(changeAdvice(view("default", null))).toContain("Save one here");
	expect(changeAdvice(view("default", layer("default"), [layer("process")]))).toContain("Remove it");
	expect(changeAdvice(view("default", layer("process"), [], 0))).toContain("also after a restart");
	expect(changeAdvice(view("default", layer("process"), [layer("default")]))).toContain("HOLDFAST_PRECEDENCE");
	expect(changeAdvice(view("production", layer("default"), [], 0))).toContain("in production alone");
});
