import { z } from "zod";
import { EnvironmentName, SettingName, SettingView } from "./settings.ts";

export const ProviderId = z.string().min(1).max(60);
export const ListProviders = z.strictObject({ environment: EnvironmentName });
export const ListModels = z.strictObject({ environment: EnvironmentName, provider: ProviderId });

export const TestProvider = z.strictObject({
	environment: EnvironmentName,
	provider: ProviderId,
	/** Unsaved values to test in place of the saved ones. Nothing is written. */
	draft: z
		.array(z.strictObject({ name: SettingName, value: z.string().max(1_000_000) }))
		.max(20)
		.default([]),
});

/** What a test found, in the words people need. Each but `works` has a row in TROUBLESHOOTING.md. */
export const TEST_OUTCOMES = [
	"works",
	"not-set",
	"bad-key",
	"no-quota",
	"no-such-model",
	"wrong-url",
	"local-address",
	"network",
	"timeout",
	"failed",
] as const;

export const TestResult = z.object({
	outcome: z.enum(TEST_OUTCOMES),
	/** One sentence, which never holds the key. */
	sentence: z.string(),
	/** Milliseconds from the request to the provider's answer; `null` when none was sent. */
	latency: z.number().nullable(),
	/** Milliseconds since 1970. */
	at: z.number(),
});

export const ProviderView = z.object({
	id: z.string(),
	/** Whether everything it needs has a value. */
	configured: z.boolean(),
	/** The needed settings that have none. */
	missing: z.array(z.string()),
	/** One for each of the catalogue's settings of this provider, in the catalogue's order. */
	settings: z.array(SettingView),
	/** The last test in this environment of what is saved, if any. */
	lastTest: TestResult.nullable(),
});

export const Model = z.object({ id: z.string(), label: z.string() });
export const ModelList = z.object({
	models: z.array(Model),
	/** `provider`: as the provider lists them. `catalogue`: it has no list, or gave none; these are well-known ones. */
	from: z.enum(["provider", "catalogue"]),
});

export type ListProviders = z.infer<typeof ListProviders>;
export type ListModels = z.infer<typeof ListModels>;
export type TestProvider = z.infer<typeof TestProvider>;
export type TestOutcome = (typeof TEST_OUTCOMES)[number];
export type TestResult = z.infer<typeof TestResult>;
export type ProviderView = z.infer<typeof ProviderView>;
export type Model = z.infer<typeof Model>;
export type ModelList = z.infer<typeof ModelList>;
