import { forbiddenBecause, NAME_PATTERN } from "@holdfast/contract";
import { expect, test } from "vitest";
import { catalogueSetting, findProvider, PROVIDERS, settingOfKind } from "./catalogue.ts";

const settings = PROVIDERS.flatMap((provider) => provider.settings);

test("ids and setting names are unique", () => {
	expect(new Set(PROVIDERS.map(({ id }) => id)).size).toBe(PROVIDERS.length);
	expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
});

test.each(settings)("$name may be saved", ({ name, hint }) => {
	expect(name).toMatch(NAME_PATTERN);
	expect(forbiddenBecause(name)).toBeNull();
	expect(hint).toMatch(/^[A-Z].*\.$/);
});

test.each(PROVIDERS)("$id has a setting of each kind it needs", (provider) => {
	const kinds = provider.settings.map(({ kind }) => kind);
	expect(new Set(kinds).size).toBe(kinds.length);
	expect(kinds).toEqual(expect.arrayContaining(["url", "model"]));
	if (provider.kind === "cloud") {
		expect(settingOfKind(provider, "secret")).toMatchObject({ required: true });
		expect(settingOfKind(provider, "model")?.fallback).toBe(provider.models[0]?.id);
	}
});

test.each(settings.filter(({ required }) => required))("$name is required, so nothing stands in for it", (setting) => {
	expect(setting.fallback).toBeUndefined();
});

test.each(PROVIDERS)("$id: its links and base URL are https where they leave the machine", (provider) => {
	expect(new URL(provider.docs).protocol).toBe("https:");
	const { fallback, placeholder } = settingOfKind(provider, "url") ?? {};
	expect(new URL(fallback ?? placeholder ?? "").protocol).toBe(provider.kind === "cloud" ? "https:" : "http:");
});

test.each(PROVIDERS)("$id: its models are unique", ({ models }) => {
	expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
});

test("providers and settings are found by name, and strangers are not", () => {
	expect(findProvider("google")?.label).toBe("Google Gemini");
	expect(catalogueSetting("GOOGLE_API_KEY")).toMatchObject({ kind: "secret", required: true });
	expect(findProvider("nobody")).toBeUndefined();
	expect(catalogueSetting("NOBODY_API_KEY")).toBeUndefined();
});
