import type { ProviderView, SettingView, TestOutcome } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { isStarted, standing } from "./standing.ts";

const setting = (fields: Partial<SettingView> = {}): SettingView => ({
	name: "GOOGLE_API_KEY",
	secret: true,
	environment: "default",
	version: 1,
	personalVersion: 0,
	effective: { source: "default", place: "default", shown: "••••abcd", version: 1 },
	shadows: [],
	savedAt: 1_000,
	savedBy: "Ada",
	problem: null,
	...fields,
});

const provider = (fields: Partial<ProviderView> = {}): ProviderView => ({
	id: "google",
	configured: true,
	missing: [],
	settings: [setting()],
	lastTest: null,
	...fields,
});

const tested = (outcome: TestOutcome, at: number) => ({ outcome, sentence: "", latency: 100, at });

test("a key without a test is configured, not working", () => {
	expect(standing(provider()).word).toBe("Configured, not tested");
});

test("a test holds until something is saved after it", () => {
	expect(standing(provider({ lastTest: tested("works", 2_000) }))).toEqual({ tone: "ok", word: "Works" });
	expect(standing(provider({ lastTest: tested("bad-key", 2_000) })).word).toBe("Bad key");
	expect(standing(provider({ lastTest: tested("bad-key", 500) })).word).toBe("Configured, not tested");
});

test("a half-filled provider is incomplete, an empty one not configured", () => {
	expect(standing(provider({ configured: false })).word).toBe("Incomplete");
	const empty = provider({ configured: false, settings: [setting({ effective: null })] });
	expect(standing(empty).word).toBe("Not configured");
});

test("a value that does not open is said before anything else", () => {
	const damaged = provider({ settings: [setting({ problem: "VALUE_DAMAGED" })], lastTest: tested("works", 2_000) });
	expect(standing(damaged)).toEqual({ tone: "bad", word: "Damaged value" });
});

test("a built-in default is nobody's start", () => {
	const effective = { source: "catalogue", place: null, shown: "http://localhost:11434", version: null } as const;
	expect(isStarted(provider({ settings: [setting({ effective })] }))).toBe(false);
});
